import { type MonitorEvent, PeriodLength } from "#proto";
import { DAY_HOURS, periodAt } from "../periods.ts";
import { CUTS, HOURS_CUTS, isOfAsking, isRequest } from "./cuts.ts";
import type { Sums } from "./sums.ts";

/** All States together. */
export const ALL_STATES = "*";

/**
 * Raises the sums of everything that an event counts for (TP-MON-6, TP-MON-7). `madeDay`: the day
 * on which the gateway told of it.
 */
export function countEvent(sums: Sums, event: MonitorEvent, madeDay: number): void {
  const { fromState, hoursSinceRequest, recordedHour, status } = event;
  const { all, apart } = sums.at(recordedHour, madeDay);
  for (const { id, keyOf } of CUTS) {
    const key = keyOf(event);
    if (key === undefined) continue;
    all.addOne(id, status, ALL_STATES, key);
    apart.addOne(id, status, fromState, key);
  }
  if (event.code !== 0) return;
  if (hoursSinceRequest !== undefined) {
    for (const { id, isOf } of HOURS_CUTS) {
      if (!isOf(event)) continue;
      all.addHours(id, status, ALL_STATES, hoursSinceRequest);
      apart.addHours(id, status, fromState, hoursSinceRequest);
    }
  }
  countOpen(sums, event);
}

/** A request is open at the State asked from the hour it was recorded until its first end. */
function countOpen(sums: Sums, event: MonitorEvent): void {
  const { endedRequestHour, fromState, recordedHour, status, toState } = event;
  const month = periodAt(PeriodLength.MONTH, recordedHour).start;
  const change = (asked: string, hour: number, value: number): void => {
    const day = Math.floor(hour / DAY_HOURS);
    for (const state of [ALL_STATES, asked]) sums.addOpen({ status, state, day, month, value });
  };
  if (isRequest(event)) change(toState, recordedHour, 1);
  if (endedRequestHour === 0) return;
  // Who asked may end it too: it takes its request back, or closes the case.
  change(isOfAsking(event) ? toState : fromState, endedRequestHour, -1);
}
