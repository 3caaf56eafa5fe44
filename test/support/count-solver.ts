/**
 * Somebody who solves for withheld counts: linear algebra over the rationals, bounds of whole
 * numbers, and a search. It knows nothing of how they were withheld.
 */

/** What it knows of a withheld count. */
export interface UnknownCount {
  readonly least: number;
  readonly most: number;
  /** The true value, with which it only saves time: it looks for another one that fits. */
  readonly truth: number;
}

/** The sum of these, each with its sign, is the constant. Indexes into the unknown counts. */
export interface Equation {
  readonly terms: readonly { readonly index: number; readonly sign: number }[];
  readonly constant: number;
}

/** Steps of one search; beyond it the attacker gives up on one count. */
const STEPS_MAX = 400;

/** Indexes of the counts that can have one value only. */
export function solve(
  unknowns: readonly UnknownCount[],
  equations: readonly Equation[],
): ReadonlySet<number> {
  const found = new Set(byElimination(unknowns.length, equations));
  const domains = unknowns.map(({ least, most }): Domain => [least, most]);
  if (!narrow(domains, equations)) throw new RangeError("What the attacker was told does not fit.");
  for (const [index, [least, most]] of domains.entries()) {
    if (found.has(index)) continue;
    const truth = unknowns[index]?.truth ?? 0;
    const fits = (domain: Domain): boolean => {
      const tried = domains.map((one, other): Domain => (other === index ? domain : one));
      return mayFit(tried, { unknowns, equations, steps: { left: STEPS_MAX } });
    };
    if (!fits([least, truth - 1]) && !fits([truth + 1, most])) found.add(index);
  }
  return found;
}

type Domain = readonly [least: number, most: number];

interface Search {
  readonly unknowns: readonly UnknownCount[];
  readonly equations: readonly Equation[];
  readonly steps: { left: number };
}

/** Counts that follow from the equations alone: Gauss and Jordan, without rounding. */
function byElimination(size: number, equations: readonly Equation[]): number[] {
  const rows = equations.map(({ terms }) => {
    const row = Array.from({ length: size }, () => 0n);
    for (const { index, sign } of terms) row[index] = (row[index] ?? 0n) + BigInt(sign);
    return row;
  });
  let done = 0;
  for (let column = 0; column < size && done < rows.length; column += 1) {
    const pivot = rows.findIndex((row, place) => place >= done && row[column] !== 0n);
    if (pivot < 0) continue;
    const [own = []] = rows.splice(pivot, 1);
    rows.splice(done, 0, own);
    for (const [place, row] of rows.entries()) {
      if (place !== done && row[column] !== 0n) rows[place] = without(row, own, column);
    }
    done += 1;
  }
  return rows.flatMap((row) => {
    const left = row.flatMap((value, index) => (value === 0n ? [] : [index]));
    return left.length === 1 ? left : [];
  });
}

function without(row: readonly bigint[], own: readonly bigint[], column: number): bigint[] {
  const [first = 0n, second = 0n] = [row[column], own[column]];
  const mixed = row.map((value, index) => value * second - (own[index] ?? 0n) * first);
  let common = 0n;
  for (const value of mixed) common = gcd(common, value < 0n ? -value : value);
  return common > 1n ? mixed.map((value) => value / common) : mixed;
}

function gcd(one: bigint, other: bigint): bigint {
  return other === 0n ? one : gcd(other, one % other);
}

/** Narrows bounds by every equation until nothing moves; false: nothing fits. */
function narrow(domains: Domain[], equations: readonly Equation[]): boolean {
  for (let round = 0, moved = true; moved && round < 60; round += 1) {
    moved = false;
    for (const { constant, terms } of equations) {
      let [low, high] = [constant, constant];
      for (const { index, sign } of terms) {
        const [least, most] = domains[index] ?? [0, 0];
        low -= sign > 0 ? most : -least;
        high -= sign > 0 ? least : -most;
      }
      for (const { index, sign } of terms) {
        const [least, most] = domains[index] ?? [0, 0];
        // Without its own share: what the others leave for it.
        const [from, to] = sign > 0 ? [low + most, high + least] : [-(high - most), -(low - least)];
        if (from <= least && to >= most) continue;
        const next: Domain = [Math.max(from, least), Math.min(to, most)];
        if (next[0] > next[1]) return false;
        domains[index] = next;
        moved = true;
      }
    }
  }
  return true;
}

/** Whether some table fits, or the search has given up. */
function mayFit(domains: Domain[], search: Search): boolean {
  search.steps.left -= 1;
  if (search.steps.left < 0) return true;
  if (domains.some(([least, most]) => least > most)) return false;
  if (!narrow(domains, search.equations)) return false;
  let open = -1;
  for (const [index, [least, most]] of domains.entries()) {
    if (least === most) continue;
    const [low, high] = domains[open] ?? [0, Infinity];
    if (open < 0 || most - least < high - low) open = index;
  }
  if (open < 0) return true;
  const [least, most] = domains[open] ?? [0, 0];
  const truth = Math.min(most, Math.max(least, search.unknowns[open]?.truth ?? least));
  const tries: Domain[] = [
    [truth, truth],
    [truth + 1, most],
    [least, truth - 1],
  ];
  return tries.some((domain) => {
    const tried = domains.map((one, index): Domain => (index === open ? domain : one));
    return domain[0] <= domain[1] && mayFit(tried, search);
  });
}
