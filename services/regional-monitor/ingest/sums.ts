import type { PeriodLength } from "#proto";
import { LENGTHS, overOn, periodAt } from "../periods.ts";
import { addHours, type Histogram } from "./histogram.ts";

/** What is counted of a period: which cut, of which status and State, under which key. */
export interface Sum {
  readonly cut: number;
  readonly status: number;
  readonly state: string;
  readonly key: string;
  value: number;
}

/** The same of hours. */
export interface Hours {
  readonly cut: number;
  readonly status: number;
  readonly state: string;
  readonly counts: Histogram;
}

/** A period, and the day on which what is summed up in it became known (TP-MON-7). */
export interface Moment {
  readonly length: PeriodLength;
  /** Full hours since 1970. */
  readonly start: number;
  /** Full days since 1970. */
  readonly vintage: number;
  readonly sums: ReadonlyMap<string, Sum>;
  readonly hours: ReadonlyMap<string, Hours>;
}

/** How many more requests of one day, or fewer, were open after a month than before it. */
export interface Open {
  readonly status: number;
  readonly state: string;
  readonly day: number;
  /** By the hour since 1970 that it begins at. */
  readonly month: number;
  value: number;
}

type Filled = Moment & {
  readonly sums: Map<string, Sum>;
  readonly hours: Map<string, Hours>;
};
type Level = Map<string, Filled>;

/**
 * Sums that messages raise, gathered so that each row is written once. What is added goes to the
 * shortest period alone; the longer ones are added up of it at the end.
 */
export class Sums {
  /** Of all States by the hour, and of each by the day. */
  readonly #all: Level = new Map();
  readonly #apart: Level = new Map();
  readonly #open = new Map<string, Open>();

  /** What is counted of an hour and was told on a day: of all States, and of each. */
  at(hour: number, madeDay: number): { readonly all: Target; readonly apart: Target } {
    const [byHour, byDay] = LENGTHS;
    return {
      all: new Target(momentIn(this.#all, byHour, hour, madeDay)),
      apart: new Target(momentIn(this.#apart, byDay, hour, madeDay)),
    };
  }

  /** Opens or ends a request. */
  addOpen(change: Open): void {
    const { day, month, state, status, value } = change;
    const name = `${status} ${state} ${month} ${day}`;
    const found = this.#open.get(name);
    if (found === undefined) this.#open.set(name, { ...change });
    else found.value += value;
  }

  /** Every period of every length, each once. */
  moments(): Moment[] {
    const [, ...longer] = LENGTHS;
    return [...withLonger(this.#all, longer), ...withLonger(this.#apart, longer.slice(1))];
  }

  /** Months after which more or fewer of a day are open than before. */
  opened(): Open[] {
    return [...this.#open.values()].filter(({ value }) => value !== 0);
  }
}

/** Where an event is counted. */
export class Target {
  readonly #moment: Filled;

  constructor(moment: Filled) {
    this.#moment = moment;
  }

  /** Counts one more. */
  addOne(cut: number, status: number, state: string, key: string): void {
    addSum(this.#moment.sums, `${cut} ${status} ${state} ${key}`, {
      ...{ cut, status, state, key },
      value: 1,
    });
  }

  /** Notes a number of hours. */
  addHours(cut: number, status: number, state: string, hours: number): void {
    addHours(histogramIn(this.#moment.hours, { cut, status, state }), hours);
  }
}

function momentIn(level: Level, length: PeriodLength, hour: number, knownOn: number): Filled {
  const period = periodAt(length, hour);
  const vintage = Math.max(overOn(period), knownOn);
  const name = `${period.start} ${vintage}`;
  const found = level.get(name);
  if (found !== undefined) return found;
  const { start } = period;
  const made = { length, start, vintage, sums: new Map(), hours: new Map() };
  level.set(name, made);
  return made;
}

function addSum(sums: Map<string, Sum>, name: string, more: Sum): void {
  const found = sums.get(name);
  if (found === undefined) sums.set(name, more);
  else found.value += more.value;
}

function histogramIn(all: Map<string, Hours>, of: Omit<Hours, "counts">): Histogram {
  const name = `${of.cut} ${of.status} ${of.state}`;
  const found = all.get(name);
  if (found !== undefined) return found.counts;
  const counts: Histogram = new Map();
  all.set(name, { ...of, counts });
  return counts;
}

/** Moments of a level and of longer ones; a longer period is over no sooner, so vintages add up. */
function withLonger(level: Level, longer: readonly PeriodLength[]): Moment[] {
  const found: Moment[] = [...level.values()];
  let shorter = level;
  for (const length of longer) {
    const next: Level = new Map();
    for (const { hours, start, sums, vintage } of shorter.values()) {
      const into = momentIn(next, length, start, vintage);
      for (const [name, sum] of sums) addSum(into.sums, name, { ...sum });
      for (const one of hours.values()) {
        const counts = histogramIn(into.hours, one);
        for (const [value, times] of one.counts) addHours(counts, value, times);
      }
    }
    found.push(...next.values());
    shorter = next;
  }
  return found;
}
