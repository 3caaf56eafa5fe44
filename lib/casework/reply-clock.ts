import { BEFORE_DELIVERY, notBeforeReview, type StateChange } from "./clock/case-clock.ts";
import { dueAfter, type Target } from "./clock/targets.ts";
import { openCalendar, type WorkingCalendar } from "./clock/working-calendar.ts";

/** Where the clock of the requested State stands. */
export interface ReplyClock {
  /** When the answer is due; undefined while the clock is stopped or has not begun. */
  readonly dueAtMs: number | undefined;
  /** How long it has stood still, up to the last change. */
  readonly stoppedMs: number;
}

/** Days to a final answer when the two States agreed on nothing else (domain notes 2.5). */
export const TARGET_DAYS = { ROUTINE: 30, PRIORITY: 7, URGENT: 3 } as const;

/**
 * The clock of a request (domain notes 2.2 and 2.5): it begins when the request is delivered and
 * stands still while the requested State waits for information; after a delay nothing is due before
 * the end of its review day (TP-CLOCK-10). It is a target and never refuses
 * anything. Changes may come in any order. Days are those of the calendar, or of twenty-four hours.
 */
export function replyClock(
  changes: readonly StateChange[],
  targetDays: number,
  calendar?: WorkingCalendar,
): ReplyClock {
  const inOrder = [...changes].sort((a, b) => a.atMs - b.atMs);
  const begun = inOrder.find(({ state }) => !BEFORE_DELIVERY.has(state));
  if (begun === undefined) return { dueAtMs: undefined, stoppedMs: 0 };
  let stoppedMs = 0;
  let stoppedAtMs: number | undefined;
  let reviewOn: string | undefined;
  for (const { state, atMs, reviewOn: named } of inOrder) {
    if (stoppedAtMs !== undefined) stoppedMs += atMs - stoppedAtMs;
    reviewOn = named ?? reviewOn;
    stoppedAtMs = state === "INFORMATION_REQUESTED" ? atMs : undefined;
  }
  if (stoppedAtMs !== undefined) return { dueAtMs: undefined, stoppedMs };
  const target: Target = { count: targetDays, unit: "DAYS" };
  const there = openCalendar(calendar);
  const dueAtMs = dueAfter(target, begun.atMs, stoppedMs, there);
  return { dueAtMs: notBeforeReview(dueAtMs, reviewOn, there), stoppedMs };
}
