import type { MonitorEvent } from "#proto";
import { DAY_HOURS } from "../periods.ts";
import { CUTS, HOURS_CUTS, isAnswer, isRequest } from "./cuts.ts";
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

/** A request is open at the State asked from the day it was recorded until it is answered. */
function countOpen(sums: Sums, event: MonitorEvent): void {
  const { fromState, hoursSinceRequest, recordedHour, status, toState } = event;
  const change = (state: string, hour: number, by: number): void => {
    const day = Math.floor(Math.max(0, hour) / DAY_HOURS);
    sums.addOpen(status, ALL_STATES, day, by);
    sums.addOpen(status, state, day, by);
  };
  if (isRequest(event)) change(toState, recordedHour, 1);
  if (!isAnswer(event) || hoursSinceRequest === undefined) return;
  change(fromState, recordedHour - hoursSinceRequest, -1);
}
