import type { TraceState } from "../trace-states.ts";
import { dueAfter, type ReplyTargets } from "./targets.ts";
import type { OpenCalendar } from "./working-calendar.ts";

/** When a case came to a state. */
export interface StateChange {
  readonly state: TraceState;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Of a delay: the day on which the case is looked at again, a day of the calendar. */
  readonly reviewOn?: string | undefined;
}

/** Where the clock of a case stands. */
export interface CaseClock {
  /** NONE: not delivered yet. STOPPED: the requested State waits for information. */
  readonly phase: "NONE" | "RUNNING" | "STOPPED" | "ENDED";
  /** Delivery, or when the case was taken up again. */
  readonly startedAtMs: number | undefined;
  readonly acknowledgedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** The state that ended it. */
  readonly endedBy: TraceState | undefined;
  /** How long it stood still since it began, up to the last change. */
  readonly stoppedMs: number;
  /** When the acknowledgement is due; while it runs and none has come. */
  readonly acknowledgeByMs: number | undefined;
  /** When the final reply is due; while it runs. */
  readonly answerByMs: number | undefined;
}

/** States before a request is in the requested State's hands. */
export const BEFORE_DELIVERY: ReadonlySet<TraceState> = new Set([
  "DRAFT",
  "SUBMITTED",
  "REJECTED_BY_GATEWAY",
  "DISCARDED",
]);

/** States that are no sign of the requested State. */
const ACKNOWLEDGES_NOTHING: ReadonlySet<TraceState> = new Set([
  ...BEFORE_DELIVERY,
  "DELIVERED",
  "WITHDRAWN",
]);

/** States in which the requested State owes nothing. */
const AT_REST: ReadonlySet<TraceState> = new Set([
  "REFERRED",
  "REFUSED",
  "ANSWERED",
  "WITHDRAWN",
  "CLOSED_NO_INFORMATION",
  "CLOSED",
]);

/**
 * The clock of a case (TP-CLOCK-4): it begins with the delivery, stands still while the requested
 * State waits for information, ends with the final reply or the refusal, and begins anew when the
 * case is taken up again. It is a target and refuses nothing. Changes may come in any order.
 */
export function caseClock(
  changes: readonly StateChange[],
  { targets, calendar }: { readonly targets: ReplyTargets; readonly calendar: OpenCalendar },
): CaseClock {
  let started: number | undefined;
  let acknowledged: number | undefined;
  let ended: StateChange | undefined;
  let stoppedSince: number | undefined;
  let stoppedMs = 0;
  let reviewOn: string | undefined;
  for (const { state, atMs, reviewOn: named } of changes.toSorted(
    (one, other) => one.atMs - other.atMs,
  )) {
    if (started === undefined && BEFORE_DELIVERY.has(state)) continue;
    if (started === undefined || (ended !== undefined && !AT_REST.has(state))) {
      [started, ended, stoppedSince, stoppedMs] = [atMs, undefined, undefined, 0];
      reviewOn = undefined;
    }
    if (stoppedSince !== undefined) stoppedMs += atMs - stoppedSince;
    stoppedSince = state === "INFORMATION_REQUESTED" ? atMs : undefined;
    reviewOn = named ?? reviewOn;
    if (!ACKNOWLEDGES_NOTHING.has(state)) acknowledged ??= atMs;
    if (AT_REST.has(state)) ended ??= { state, atMs };
  }
  const isRunning = started !== undefined && ended === undefined && stoppedSince === undefined;
  const dueBy = (target: ReplyTargets["final"]): number | undefined =>
    isRunning && started !== undefined ? dueAfter(target, started, stoppedMs, calendar) : undefined;
  return {
    phase: phaseOf(started, ended, stoppedSince),
    startedAtMs: started,
    acknowledgedAtMs: acknowledged,
    endedAtMs: ended?.atMs,
    endedBy: ended?.state,
    stoppedMs,
    acknowledgeByMs: acknowledged === undefined ? dueBy(targets.acknowledge) : undefined,
    answerByMs: notBeforeReview(dueBy(targets.final), reviewOn, calendar),
  };
}

/** After a delay nothing is due before the end of the day it named; never earlier (TP-CLOCK-10). */
export function notBeforeReview(
  dueAtMs: number | undefined,
  reviewOn: string | undefined,
  calendar: OpenCalendar,
): number | undefined {
  if (dueAtMs === undefined || reviewOn === undefined) return dueAtMs;
  return Math.max(dueAtMs, calendar.lastMomentOf(reviewOn));
}

function phaseOf(
  started: number | undefined,
  ended: StateChange | undefined,
  stoppedSince: number | undefined,
): CaseClock["phase"] {
  if (started === undefined) return "NONE";
  if (ended !== undefined) return "ENDED";
  return stoppedSince === undefined ? "RUNNING" : "STOPPED";
}
