import { ExchangeStatus, type MonitorEvent } from "#proto";
import { ALL_STATES } from "../ingest/count-event.ts";
import { CUTS, HOURS_CUTS, nameOf } from "../ingest/cuts.ts";
import { addHours, type Histogram } from "../ingest/histogram.ts";

/** Sums of one day by their names; of its hours, with the hour in front. */
export interface CountedDay {
  readonly cells: Map<string, number>;
  readonly hourCells: Map<string, number>;
  readonly hours: Map<string, Histogram>;
}

/** A day without an event. */
export function emptyDay(): CountedDay {
  return { cells: new Map(), hourCells: new Map(), hours: new Map() };
}

const MEASURES: ReadonlyMap<number, string> = new Map([
  ...CUTS.map(({ dimension, id, measure }) => [id, `${measure} by ${dimension}`] as const),
  ...HOURS_CUTS.map(({ id, measure }) => [id, measure] as const),
]);

/** How a sum is named, such as `MESSAGES by KIND ACTUAL ALL TRACE_REQUEST`. */
export function cellName(cut: number, status: number, state: string, key: string): string {
  const whose = state === ALL_STATES ? "ALL" : state === "" ? "OTHERS" : state;
  return `${MEASURES.get(cut) ?? cut} ${nameOf(ExchangeStatus, status) ?? status} ${whose} ${key}`;
}

/**
 * Counts one event, by the definitions of what is counted alone: the code that raises sums while
 * events come has no part in it (TP-MON-25).
 */
export function recountEvent(into: CountedDay, event: MonitorEvent): void {
  const { code, fromState, hoursSinceRequest, recordedHour, status } = event;
  for (const { id, keyOf } of CUTS) {
    const key = keyOf(event);
    if (key === undefined) continue;
    raise(into.cells, cellName(id, status, ALL_STATES, key));
    raise(into.cells, cellName(id, status, fromState, key));
    raise(into.hourCells, `${recordedHour} ${cellName(id, status, ALL_STATES, key)}`);
  }
  if (code !== 0 || hoursSinceRequest === undefined) return;
  for (const { id } of HOURS_CUTS.filter(({ isOf }) => isOf(event))) {
    for (const state of [ALL_STATES, fromState]) {
      const name = cellName(id, status, state, "HOURS");
      const histogram = into.hours.get(name) ?? new Map();
      into.hours.set(name, histogram);
      addHours(histogram, hoursSinceRequest);
    }
  }
}

function raise(sums: Map<string, number>, name: string): void {
  sums.set(name, (sums.get(name) ?? 0) + 1);
}
