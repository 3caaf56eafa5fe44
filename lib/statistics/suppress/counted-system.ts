import { CellStatus } from "#proto";
import { periodAround } from "../periods.ts";
import { type Count, type Sum, untoldCount } from "./counts.ts";
import {
  type CountedCell,
  type CountedTable,
  isDominated,
  type SafeCell,
  type SafeTable,
  type SuppressionPolicy,
} from "./tables.ts";

/** What a count is of, apart from its vintage. */
export interface Place {
  readonly body: string;
  readonly measure: string;
  readonly period: string;
  /** Dimensions with a key, by name: what is left out is summed over. */
  readonly by: Readonly<Record<string, string>>;
}

/** A count of the system, and where it comes from. */
export interface Entry {
  readonly index: number;
  readonly place: Place;
  /** Place of its release among all; the one that is made safe comes last. */
  readonly order: number;
  readonly isCurrent: boolean;
  /** No table has it. */
  readonly isUntold: boolean;
  readonly value: number;
  readonly byState: Readonly<Record<string, number>> | undefined;
  readonly members: readonly string[];
}

/** Prices: a count, and more for each dimension that is summed over. */
const PART_PRICE = 1;
const TOTAL_PRICE = 1.5;
/** Of two counts the smaller one is withheld; less than the price of a count. */
const SIZE_PRICE = 0.1;
const MOST = Number.MAX_SAFE_INTEGER;

/** Counts of several tables and releases, each number once, and how they add up. */
export class CountedSystem {
  readonly counts: Count[] = [];
  readonly sums: Sum[] = [];
  readonly entries: Entry[] = [];
  readonly #policy: SuppressionPolicy;
  readonly #byId = new Map<string, Entry>();
  /** The latest shown number of each place, of the earlier releases. */
  readonly #shown = new Map<string, number>();
  readonly #summed = new Set<string>();
  readonly #tables: CountedTable[] = [];

  constructor(policy: SuppressionPolicy) {
    this.#policy = policy;
  }

  /** Adds the counts of an earlier release: what was told of them is told. */
  addEarlier(table: SafeTable, order: number): void {
    for (const cell of table.cells) {
      if (cell.value === null) continue;
      if (cell.status === CellStatus.PUBLISHED) {
        this.#shown.set(keyOf(placeOf(table, cell.keys)), cell.shown);
      }
      this.#add(table, cell, { order, count: this.#earlierCount(cell, cell.value) });
    }
    this.#addSums(table, order);
  }

  /** Adds the counts of the release that is made safe. */
  addCurrent(table: CountedTable, order: number): void {
    for (const cell of table.cells) {
      if (cell.value === null) continue;
      const price = priceOf(cell.keys, cell.value, this.#policy.threshold);
      const isKept = (this.shownBefore(placeOf(table, cell.keys)) ?? 0) > 0;
      const count = this.#currentCount(cell, cell.value, { price, isKept });
      this.#add(table, cell, { order, count, isCurrent: true });
    }
    this.#addSums(table, order);
  }

  /** What was shown last at a place; undefined: nothing. */
  shownBefore(place: Place): number | undefined {
    return this.#shown.get(keyOf(place));
  }

  find(place: Place, order: number): Entry | undefined {
    return this.#byId.get(`${keyOf(place)}@${order}`);
  }

  /** A count that is told to nobody, of a value that is known or, from below, of its parts. */
  addUntold(place: Place, order: number, value: number): Entry {
    const index = this.addCount(untoldCount(value));
    const entry = { index, place, order, value, isUntold: true, isCurrent: false };
    return this.#put({ ...entry, byState: undefined, members: [] });
  }

  /** Periods within one, one step shorter, of which a release has told the counts of a place. */
  releasedWithin({ body, by, measure, period }: Place): Set<string> {
    const names = Object.keys(by);
    const released = this.#tables.filter(
      (table) =>
        table.body === body &&
        table.measure === measure &&
        periodAround(table.period) === period &&
        names.every((name) => table.dimensions.includes(name)),
    );
    return new Set(released.map((table) => table.period));
  }

  addCount(count: Count): number {
    return this.counts.push(count) - 1;
  }

  /**
   * What is between two counts, such as a revision: it is to be protected like a count where it is
   * small or one State's, and is known to be zero where nothing has changed.
   */
  differenceCount(value: number, isOfOneState: boolean): Count {
    const isSmall = Math.abs(value) < this.#policy.threshold;
    const least = value < 0 ? -MOST : 0;
    return {
      ...untoldCount(value),
      standing: value === 0 ? "SHOWN" : isSmall || isOfOneState ? "WITHHELD" : "UNTOLD",
      least,
      floor: least,
      distance: 1,
    };
  }

  isDominated(byState: Entry["byState"]): boolean {
    return isDominated(byState, this.#policy.dominance);
  }

  #add(
    table: CountedTable,
    cell: CountedCell,
    of: { readonly order: number; readonly count: Count; readonly isCurrent?: boolean },
  ): void {
    const { count, isCurrent = false, order } = of;
    const place = placeOf(table, cell.keys);
    if (this.find(place, order) !== undefined) return;
    const { byState } = cell;
    const { members } = table;
    const known = { place, order, isCurrent, isUntold: false, value: count.value };
    this.#put({ ...known, index: this.addCount(count), byState, members });
  }

  #put(entry: Entry): Entry {
    this.entries.push(entry);
    this.#byId.set(`${keyOf(entry.place)}@${entry.order}`, entry);
    return entry;
  }

  #currentCount(
    { byState }: CountedCell,
    value: number,
    { isKept, price }: { readonly isKept: boolean; readonly price: number },
  ): Count {
    const { dominance, threshold } = this.#policy;
    const isSmall = value > 0 && value < threshold;
    const isOfOne = value > 0 && isDominated(byState, dominance);
    const bounds = isKept
      ? { least: 0, most: MOST, floor: 0 }
      : { least: isSmall ? 1 : threshold, most: isSmall ? threshold - 1 : MOST, floor: 1 };
    const standing = value === 0 ? "SHOWN" : isSmall || isOfOne ? "WITHHELD" : "OPEN";
    // Of what one State has nearly all of, not even the order of size is to be known closely.
    const distance = isSmall || !isOfOne ? 1 : Math.max(1, Math.floor((1 - dominance) * value));
    return { value, standing, ...bounds, isOurs: !isKept, price, distance };
  }

  #earlierCount({ shown, status }: SafeCell, value: number): Count {
    const { threshold } = this.#policy;
    const isPublished = status === CellStatus.PUBLISHED;
    if (value === 0 || (isPublished && shown === value)) {
      return { ...untoldCount(value), standing: "SHOWN" };
    }
    // Of a number that was kept from before nothing was told.
    if (isPublished) return untoldCount(value);
    const isTold = status !== CellStatus.SECONDARY || value >= threshold;
    const isSmall = isTold && value < threshold;
    const least = isSmall || !isTold ? 1 : threshold;
    const bounds = { least, floor: least, most: isSmall ? threshold - 1 : MOST };
    return { value, standing: "WITHHELD", ...bounds, isOurs: false, price: 0, distance: 1 };
  }

  /** Every total of a table is the sum over one of its dimensions; one not listed is untold. */
  #addSums(table: CountedTable, order: number): void {
    this.#tables.push(table);
    const places = table.cells
      .filter(({ value }) => value !== null)
      .map(({ keys }) => placeOf(table, keys));
    const known = new Set(places.map(keyOf));
    const sums = new Map<string, { readonly whole: Place; readonly parts: Place[] }>();
    // Totals that are added here are parts of others; the array grows while it is walked.
    for (const place of places) {
      for (const dimension of table.dimensions) {
        if (place.by[dimension] === undefined) continue;
        const { [dimension]: _summed, ...by } = place.by;
        const whole: Place = { ...place, by };
        const key = keyOf(whole);
        if (!known.has(key)) places.push(whole);
        known.add(key);
        const sum = sums.get(`${key} ${dimension}`) ?? { whole, parts: [] };
        sum.parts.push(place);
        sums.set(`${key} ${dimension}`, sum);
      }
    }
    for (const [id, { parts, whole }] of sums) {
      if (this.#summed.has(`${id}@${order}`)) continue;
      this.#summed.add(`${id}@${order}`);
      const indexes = parts.map((part) => this.find(part, order)?.index ?? -1);
      const value = indexes.reduce((sum, index) => sum + (this.counts[index]?.value ?? 0), 0);
      const total = this.find(whole, order) ?? this.addUntold(whole, order, value);
      this.sums.push({ total: total.index, parts: indexes });
    }
  }
}

/** The place of a cell of a table. */
export function placeOf(table: CountedTable, keys: readonly string[]): Place {
  const { body, dimensions, measure, period } = table;
  const named = dimensions.map((name, index) => [name, keys[index] ?? ""] as const);
  return { body, measure, period, by: Object.fromEntries(named.filter(([, key]) => key !== "")) };
}

/** One text for each place, whatever the sequence of its dimensions. */
export function keyOf({ body, by, measure, period }: Place): string {
  const keys = Object.entries(by).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([body, measure, period, keys]);
}

function priceOf(keys: readonly string[], value: number, threshold: number): number {
  const totals = keys.filter((key) => key === "").length;
  return PART_PRICE + TOTAL_PRICE * totals + SIZE_PRICE * (1 - threshold / (value + threshold));
}
