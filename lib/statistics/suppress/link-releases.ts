import { periodAround, periodsWithin } from "../periods.ts";
import { type CountedSystem, type Entry, keyOf, type Place } from "./counted-system.ts";
import { untoldCount } from "./counts.ts";

/** Groups entries by a text, each group in the sequence of the releases. */
function grouped(entries: readonly Entry[], textOf: (entry: Entry) => string): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries.toSorted((one, other) => one.order - other.order)) {
    const text = textOf(entry);
    groups.set(text, [...(groups.get(text) ?? []), entry]);
  }
  return [...groups.values()];
}

/** Zeros of sums are shown; those of States are no more known than the rest of their table. */
function isLinked({ isOfStates, isUntold, value }: Entry): boolean {
  return !isUntold && (isOfStates || value !== 0);
}

/**
 * Vintages of one count differ by a revision, which is a count as well (TP-STAT-12): each later one
 * is the earlier one and what came between.
 */
export function linkVintages(system: CountedSystem): void {
  const told = system.entries.filter(isLinked);
  for (const vintages of grouped(told, ({ place }) => keyOf(place))) {
    for (const [place, later] of vintages.entries()) {
      const earlier = later.isCurrent
        ? vintages.slice(0, place)
        : vintages.slice(0, place).slice(-1);
      for (const one of earlier) linkDifference(system, one, later);
    }
  }
}

/**
 * Bodies of which one has all members of the other: what lies between their counts is a count of
 * the other States (TP-STAT-14).
 */
export function linkBodies(system: CountedSystem): void {
  const told = system.entries.filter(isLinked);
  const ofBody = grouped(told, ({ place }) => keyOf(place)).flatMap((all) => all.slice(-1));
  for (const bodies of grouped(ofBody, ({ place }) => keyOf({ ...place, body: "" }))) {
    for (const inner of bodies) {
      for (const outer of bodies) {
        const has = new Set(outer.members);
        const isInner =
          inner.members.length <= has.size && inner.members.every((state) => has.has(state));
        const isTwice = inner.members.length === has.size && inner.index > outer.index;
        if (inner === outer || !isInner || isTwice || inner.value > outer.value) continue;
        linkDifference(system, inner, outer);
      }
    }
  }
}

function linkDifference(system: CountedSystem, from: Entry, to: Entry): void {
  const between = betweenStates(from, to);
  const isOfOne =
    between === undefined ? hasOneMore(from, to) : system.isDominated(between, to.named);
  const part = system.addCount(system.differenceCount(to.value - from.value, isOfOne));
  system.sums.push({ total: to.index, parts: [from.index, part] });
}

function betweenStates(from: Entry, to: Entry): Record<string, number> | undefined {
  const [before, after] = [from.byState, to.byState];
  if (before === undefined || after === undefined) return undefined;
  const states = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...states].map((state) => [state, (after[state] ?? 0) - (before[state] ?? 0)]),
  );
}

/** Whether the members are the same but for one State. */
function hasOneMore({ members: one }: Entry, { members: other }: Entry): boolean {
  const all = new Set([...one, ...other]).size;
  return 2 * all - one.length - other.length === 1;
}

/** A year is the sum of its months, a month of its days, a day of its hours (TP-STAT-10). */
export function linkPeriods(system: CountedSystem): void {
  for (const series of grouped(system.entries, ({ place }) => keyOf({ ...place, period: "" }))) {
    const ofPeriod = new Map<string, Entry[]>();
    for (const entry of series) {
      const { period } = entry.place;
      ofPeriod.set(period, [...(ofPeriod.get(period) ?? []), entry]);
    }
    if (ofPeriod.size > 1) linkSeries(system, ofPeriod);
  }
}

/** From the shortest periods up; a month between days and a year is added where it is untold. */
function linkSeries(system: CountedSystem, ofPeriod: Map<string, Entry[]>): void {
  for (const length of [13, 10, 7]) {
    const around = new Map<string, string[]>();
    for (const period of ofPeriod.keys()) {
      const whole = period.length === length ? periodAround(period) : undefined;
      if (whole === undefined || !isWithin(period, ofPeriod)) continue;
      around.set(whole, [...(around.get(whole) ?? []), period]);
    }
    for (const [whole, periods] of around) linkPeriod(system, ofPeriod, { whole, periods });
  }
}

function linkPeriod(
  system: CountedSystem,
  ofPeriod: Map<string, Entry[]>,
  { periods, whole }: { readonly whole: string; readonly periods: readonly string[] },
): void {
  const parts = periods.map((period) => ofPeriod.get(period) ?? []);
  let totals = ofPeriod.get(whole);
  if (totals === undefined) {
    const latest = parts.flatMap((vintages) => vintages.slice(-1));
    const value = latest.reduce((sum, entry) => sum + entry.value, 0);
    const order = Math.max(...latest.map((entry) => entry.order));
    const place: Place = { ...(latest[0] as Entry).place, period: whole };
    totals = [system.addUntold(place, order, value)];
    ofPeriod.set(whole, totals);
  }
  const place: Place = { ...(totals[0] as Entry).place, period: whole };
  const released = new Set([...system.releasedWithin(place), ...periods]);
  const isComplete = released.size >= periodsWithin(whole);
  for (const total of totals) {
    const indexes = parts.flatMap((vintages) => {
      const known = vintages.filter(({ order }) => order <= total.order).at(-1) ?? vintages[0];
      return known === undefined ? [] : [known.index];
    });
    if (!isComplete) {
      const told = indexes.reduce((sum, index) => sum + (system.counts[index]?.value ?? 0), 0);
      // What no release has yet: nobody knows it, and it is not less than nothing.
      indexes.push(system.addCount(untoldCount(Math.max(0, total.value - told))));
    }
    system.sums.push({ total: total.index, parts: indexes });
  }
}

function isWithin(period: string, ofPeriod: ReadonlyMap<string, unknown>): boolean {
  for (let whole = periodAround(period); whole !== undefined; whole = periodAround(whole)) {
    if (ofPeriod.has(whole)) return true;
  }
  return false;
}
