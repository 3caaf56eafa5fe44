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
  /** Of a table of named States. */
  readonly isOfStates: boolean;
  readonly value: number;
  readonly byState: Readonly<Record<string, number>> | undefined;
  /** States it is of: the members of its body, one that is named, or all that are not. */
  readonly members: readonly string[];
  /** States of which no dominance is secret. */
  readonly named: readonly string[];
}

/** Tables of one release. */
export interface CountedRelease<T extends CountedTable> {
  readonly order: number;
  readonly tables: readonly T[];
}

/** Prices: a count, and more for each dimension that is summed over. */
const PART_PRICE = 1;
const TOTAL_PRICE = 1.5;
/** Of two counts the smaller one is withheld; less than the price of a count. */
const SIZE_PRICE = 0.1;
/** A State by its name is withheld before a sum over all, which the body has without consents. */
const NAMED_PRICE = 0.25;
const MOST = Number.MAX_SAFE_INTEGER;
/** The dimension of the State whose count it is. */
const STATE = "STATE";

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
  /** Counts by a State's name, of any body and period, that were told or are to be. */
  readonly #named = new Set<string>();
  readonly #tables: CountedTable[] = [];

  constructor(policy: SuppressionPolicy) {
    this.#policy = policy;
  }

  /**
   * Takes note of what is told of States by name, before anything is added: what a State lets be
   * told anywhere is no secret of its own elsewhere, though it may be another's.
   */
  noteNamed<T extends CountedTable>(table: T, isTold: (cell: T["cells"][number]) => boolean): void {
    if (table.namedBy === undefined) return;
    for (const cell of table.cells) {
      if (cell.unnamed === undefined && isTold(cell)) this.#named.add(seriesOf(table, cell));
    }
  }

  /** Adds the counts of an earlier release: what was told of them is told. */
  addEarlier({ order, tables }: CountedRelease<SafeTable>): void {
    eachCell(tables, (table, cell, value) => {
      if (cell.status === CellStatus.PUBLISHED) {
        this.#shown.set(keyOf(placeOf(table, cell.keys)), cell.shown);
      }
      const own = this.#unnamedCount(table, cell, value);
      this.#add(table, cell, { order, count: own ?? this.#earlierCount(cell, value) });
    });
    for (const table of tables) this.#addSums(table, order);
  }

  /** Adds the counts of the release that is made safe. */
  addCurrent({ order, tables }: CountedRelease<CountedTable>): void {
    eachCell(tables, (table, cell, value) => {
      const own = this.#unnamedCount(table, cell, value);
      const count = own ?? this.#currentCount(table, cell, value);
      this.#add(table, cell, { order, count, isCurrent: true });
    });
    for (const table of tables) this.#addSums(table, order);
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
    const entry = {
      index,
      place,
      order,
      value,
      isUntold: true,
      isCurrent: false,
      isOfStates: false,
    };
    return this.#put({ ...entry, byState: undefined, members: [], named: [] });
  }

  /** Periods within one, one step shorter, of which a release has told the counts of a place. */
  releasedWithin({ body, by, measure, period }: Place): Set<string> {
    const keys = Object.entries(by);
    const released = this.#tables.filter(
      ({ within = {}, ...table }) =>
        table.body === body &&
        table.measure === measure &&
        periodAround(table.period) === period &&
        keys.every(([name, key]) => table.dimensions.includes(name) || within[name] === key),
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

  isDominated(byState: Entry["byState"], named: readonly string[]): boolean {
    return isDominated(byState, { named, share: this.#policy.dominance });
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
    const { named = [] } = table;
    const members = membersOf(table, cell, place);
    const isOfStates = table.namedBy !== undefined;
    const known = { place, order, isCurrent, isOfStates, isUntold: false, value: count.value };
    this.#put({ ...known, index: this.addCount(count), byState, members, named });
  }

  #put(entry: Entry): Entry {
    this.entries.push(entry);
    this.#byId.set(`${keyOf(entry.place)}@${entry.order}`, entry);
    return entry;
  }

  /**
   * Of a State that has not consented nothing may be found out, zero neither; of all that are not
   * named together, what would not be shown of them either (TP-STAT-16). Undefined: it is told.
   */
  #unnamedCount(table: CountedTable, cell: CountedCell, value: number): Count | undefined {
    const { dominance, threshold } = this.#policy;
    if (cell.unnamed === undefined) return undefined;
    const count = untoldCount(value);
    if (cell.unnamed !== "REST") {
      const isNamed = this.#named.has(seriesOf(table, cell));
      return isNamed ? count : { ...count, standing: "WITHHELD", distance: 1 };
    }
    const isOfOne = this.isDominated(cell.byState, []);
    if (value >= threshold && !isOfOne) return count;
    const apart = value < threshold ? 1 : Math.max(1, Math.floor((1 - dominance) * value));
    return { ...count, standing: "WITHHELD", distance: apart };
  }

  #currentCount(table: CountedTable, cell: CountedCell, value: number): Count {
    const { dominance, threshold } = this.#policy;
    const price = priceOf(table, cell.keys, value, threshold);
    const isKept = (this.shownBefore(placeOf(table, cell.keys)) ?? 0) > 0;
    const isSmall = value > 0 && value < threshold;
    const isOfOne = value > 0 && this.isDominated(cell.byState, table.named ?? []);
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
    const rests = restsOf(table);
    const parts = table.cells
      .filter(({ value }) => value !== null)
      .map(({ keys, unnamed }): Part => ({ place: placeOf(table, keys), unnamed }));
    const known = new Set(parts.map(({ place }) => keyOf(place)));
    const sums = new Map<string, { readonly whole: Place; readonly parts: Place[] }>();
    // Totals that are added here are parts of others; the array grows while it is walked.
    for (const { place, unnamed } of parts) {
      for (const dimension of table.sumsOver ?? table.dimensions) {
        if (place.by[dimension] === undefined) continue;
        const { [dimension]: _summed, ...by } = place.by;
        const isOfRest = unnamed === "STATE" && dimension === table.namedBy;
        const whole = (isOfRest ? rests.get(keyOf({ ...place, by })) : undefined) ?? {
          ...place,
          by,
        };
        const key = keyOf(whole);
        // A rest that is not listed is no part of a total: those that are named elsewhere are.
        if (!known.has(key) && unnamed !== "REST") parts.push({ place: whole, unnamed });
        known.add(key);
        const sum = sums.get(`${key} ${dimension}`) ?? { whole, parts: [] };
        sum.parts.push(place);
        sums.set(`${key} ${dimension}`, sum);
      }
    }
    for (const [id, sum] of sums) {
      if (this.#summed.has(`${id}@${order}`)) continue;
      this.#summed.add(`${id}@${order}`);
      const indexes = sum.parts.map((part) => this.find(part, order)?.index ?? -1);
      const value = indexes.reduce((all, index) => all + (this.counts[index]?.value ?? 0), 0);
      const total = this.find(sum.whole, order) ?? this.addUntold(sum.whole, order, value);
      this.sums.push({ total: total.index, parts: indexes });
    }
  }
}

interface Part {
  readonly place: Place;
  readonly unnamed: CountedCell["unnamed"];
}

/** What is told first, so that a count that one table tells and another does not is told. */
function eachCell<T extends CountedTable>(
  tables: readonly T[],
  add: (table: T, cell: T["cells"][number], value: number) => void,
): void {
  for (const isUnnamed of [false, true]) {
    for (const table of tables) {
      for (const cell of table.cells) {
        if (cell.value === null || (cell.unnamed !== undefined) !== isUnnamed) continue;
        add(table, cell, cell.value);
      }
    }
  }
}

/** The rest of each row or column of a table of named States, by what it is the rest of. */
function restsOf(table: CountedTable): ReadonlyMap<string, Place> {
  const rests = table.cells.filter(({ unnamed }) => unnamed === "REST");
  return new Map(
    rests.map(({ keys }) => {
      const place = placeOf(table, keys);
      const { [table.namedBy ?? ""]: _rest, ...by } = place.by;
      return [keyOf({ ...place, by }), place];
    }),
  );
}

/** The place of a cell of a table. */
export function placeOf(table: CountedTable, keys: readonly string[]): Place {
  const { body, dimensions, measure, period, within } = table;
  const named = dimensions.map((name, index) => [name, keys[index] ?? ""] as const);
  const by = { ...within, ...Object.fromEntries(named.filter(([, key]) => key !== "")) };
  return { body, measure, period, by };
}

/** What a count is of, whichever body and period. */
function seriesOf(table: CountedTable, { keys }: CountedCell): string {
  return keyOf({ ...placeOf(table, keys), body: "", period: "" });
}

/** A count by a State's name is of that State alone, whichever body it is counted for. */
function membersOf(
  { members, namedBy }: CountedTable,
  { unnamed }: CountedCell,
  { by }: Place,
): readonly string[] {
  const { [STATE]: state } = by;
  if (state === undefined) return members;
  if (unnamed !== "REST" || namedBy !== STATE) return [state];
  const named = state.slice(1).split(",");
  return members.filter((member) => !named.includes(member));
}

/** One text for each place, whatever the sequence of its dimensions. */
export function keyOf({ body, by, measure, period }: Place): string {
  const keys = Object.entries(by).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([body, measure, period, keys]);
}

function priceOf(
  { dimensions, namedBy }: CountedTable,
  keys: readonly string[],
  value: number,
  threshold: number,
): number {
  const totals = keys.filter((key) => key === "").length;
  const size = SIZE_PRICE * (1 - threshold / (value + threshold));
  const isNamed = namedBy !== undefined && keys[dimensions.indexOf(namedBy)] !== "";
  return (PART_PRICE + TOTAL_PRICE * totals + size) * (isNamed ? NAMED_PRICE : 1);
}
