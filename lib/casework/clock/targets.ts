import { Priority } from "#proto";
import { HOUR_MS } from "./days.ts";
import type { OpenCalendar } from "./working-calendar.ts";

/** Priorities of a request, as they are named in the API. */
export const PRIORITIES = ["ROUTINE", "PRIORITY", "URGENT"] as const;

/** One of {@link PRIORITIES}. */
export type PriorityName = (typeof PRIORITIES)[number];

/** The name of a header's priority; one that says none, or one not known, is routine. */
export function priorityName(priority: Priority | undefined): PriorityName {
  return PRIORITIES.find((name) => Priority[name] === priority) ?? "ROUTINE";
}

/** In what a target is counted (TP-CLOCK-2). */
export const TARGET_UNITS = ["HOURS", "DAYS", "WORKING_DAYS"] as const;

/** How long something may take. Hours run day and night, days at the requested State's calendar. */
export interface Target {
  readonly count: number;
  readonly unit: (typeof TARGET_UNITS)[number];
}

/** What a requested State aims at; never a reason to refuse anything. */
export interface ReplyTargets {
  /** Until it says that it has the request. */
  readonly acknowledge: Target;
  /** Until the final reply or the refusal notice. */
  readonly final: Target;
}

/** Targets where the two States agreed on nothing else (TP-CLOCK-1, domain notes 2.5). */
export const DEFAULT_TARGETS: Readonly<Record<PriorityName, ReplyTargets>> = {
  ROUTINE: { acknowledge: { count: 7, unit: "DAYS" }, final: { count: 30, unit: "DAYS" } },
  PRIORITY: { acknowledge: { count: 3, unit: "DAYS" }, final: { count: 7, unit: "DAYS" } },
  URGENT: { acknowledge: { count: 8, unit: "HOURS" }, final: { count: 72, unit: "HOURS" } },
};

/**
 * When a target is reached: counted from its beginning, then as much later as the clock stood
 * still, then, for days, the end of a working day. Stopping never makes it earlier (TP-CLOCK-5).
 */
export function dueAfter(
  { count, unit }: Target,
  startedAtMs: number,
  stoppedMs: number,
  calendar: OpenCalendar,
): number {
  switch (unit) {
    case "HOURS":
      return startedAtMs + count * HOUR_MS + stoppedMs;
    case "DAYS":
      return calendar.endOfDay(calendar.addDays(startedAtMs, count) + stoppedMs);
    case "WORKING_DAYS":
      return calendar.endOfDay(calendar.addWorkingDays(startedAtMs, count) + stoppedMs);
    default:
      return unit satisfies never;
  }
}
