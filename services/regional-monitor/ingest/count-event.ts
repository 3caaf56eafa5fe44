import { type MonitorEvent, PeriodLength } from "#proto";
import { DAY_HOURS, LENGTHS, overOn, type Period, periodAt } from "../periods.ts";
import { CUTS, HOURS_CUTS, isAnswer, isRequest } from "./cuts.ts";
import type { Sums } from "./sums.ts";

/** All States together. */
export const ALL_STATES = "*";

/** Raises the sums of everything that an event counts for (TP-MON-6, TP-MON-7). */
export class EventCounter {
  readonly #sums: Sums;
  readonly #madeDay: number;
  readonly #periods = new Map<number, readonly PeriodOf[]>();

  /** `madeDay`: the day on which the gateway told of the events. */
  constructor(sums: Sums, madeDay: number) {
    this.#sums = sums;
    this.#madeDay = madeDay;
  }

  count(event: MonitorEvent): void {
    const { fromState, status } = event;
    const periods = this.#periodsOf(event.recordedHour);
    for (const { id, keyOf } of CUTS) {
      const key = keyOf(event);
      if (key === undefined) continue;
      for (const { length, start, vintage } of periods) {
        this.#sums.addCell([id, status, length, start, ALL_STATES, key, vintage]);
        if (length === PeriodLength.HOUR) continue;
        this.#sums.addCell([id, status, length, start, fromState, key, vintage]);
      }
    }
    this.#countHours(event, periods);
    this.#countOpen(event);
  }

  #countHours(event: MonitorEvent, periods: readonly PeriodOf[]): void {
    const { fromState, hoursSinceRequest, status } = event;
    if (hoursSinceRequest === undefined || event.code !== 0) return;
    for (const { id, isOf } of HOURS_CUTS) {
      if (!isOf(event)) continue;
      for (const { length, start, vintage } of periods) {
        this.#sums.addHours([id, status, length, start, ALL_STATES, vintage], hoursSinceRequest);
        if (length === PeriodLength.HOUR) continue;
        this.#sums.addHours([id, status, length, start, fromState, vintage], hoursSinceRequest);
      }
    }
  }

  /** A request is open at the State asked from the day it was recorded until it is answered. */
  #countOpen(event: MonitorEvent): void {
    const { fromState, hoursSinceRequest, recordedHour, status, toState } = event;
    if (event.code !== 0) return;
    const change = (state: string, hour: number, by: number): void => {
      const day = Math.floor(Math.max(0, hour) / DAY_HOURS);
      this.#sums.addOpen([status, ALL_STATES, day], by);
      this.#sums.addOpen([status, state, day], by);
    };
    if (isRequest(event)) change(toState, recordedHour, 1);
    if (!isAnswer(event) || hoursSinceRequest === undefined) return;
    change(fromState, recordedHour - hoursSinceRequest, -1);
  }

  #periodsOf(hour: number): readonly PeriodOf[] {
    const known = this.#periods.get(hour);
    if (known !== undefined) return known;
    const made = LENGTHS.map((length) => {
      const period: Period = periodAt(length, hour);
      return { length, start: period.start, vintage: Math.max(overOn(period), this.#madeDay) };
    });
    this.#periods.set(hour, made);
    return made;
  }
}

interface PeriodOf {
  readonly length: PeriodLength;
  readonly start: number;
  /** Day on which what is told now about it became known, or on which it was over. */
  readonly vintage: number;
}
