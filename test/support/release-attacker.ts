import { CellStatus } from "#proto";
import type { SafeCell, SafeTable } from "#statistics";
import { type Equation, solve, type UnknownCount } from "./count-solver.ts";

/** What it found out, of all that was withheld from it. */
export interface ReleaseAttack {
  readonly recovered: readonly string[];
  readonly withheld: number;
  readonly cells: number;
}

interface Known {
  readonly cell: SafeCell;
  readonly table: SafeTable;
  readonly release: number;
  readonly index: number | undefined;
}

const MOST = 100_000;
/** It looks at no larger numbers than the tables of these tests have. */
const THRESHOLD = 5;

/**
 * Somebody who has every release of one or more bodies, and is told more than there is to read:
 * which numbers were kept from before, by how much late events have changed a total, and which
 * counts have not changed. It knows how tables, periods, vintages and bodies hang together, on its
 * own account: nothing here is taken from the program. Every table of a test lists its totals.
 */
export function attackReleases(releases: readonly (readonly SafeTable[])[]): ReleaseAttack {
  const unknowns: UnknownCount[] = [];
  const names: string[] = [];
  const known = new Map<string, Known>();
  for (const [release, tables] of releases.entries()) {
    for (const table of tables) {
      for (const cell of table.cells) {
        const key = `${release} ${nameOf(table, cell.keys)}`;
        if (known.has(key)) continue;
        const isShown = cell.status === CellStatus.PUBLISHED && cell.shown === cell.value;
        const index = isShown ? undefined : unknowns.push(unknownOf(cell)) - 1;
        // A number that was kept is no secret; a small revision behind it is.
        const isMinded = cell.status !== CellStatus.PUBLISHED;
        if (index !== undefined) names.push(isMinded ? key : `free ${key}`);
        known.set(key, { cell, table, release, index });
      }
    }
  }
  const equations = [
    ...additions(releases, known),
    ...periods(known),
    ...differences(known, unknowns, names),
  ];
  const found = solve(unknowns, equations);
  const isMinded = (name: string): boolean => !name.startsWith("free ");
  const hidden = [...known.values()].filter(({ cell }) => cell.status !== CellStatus.PUBLISHED);
  return {
    recovered: names.filter((name, index) => found.has(index) && isMinded(name)),
    withheld: hidden.length,
    cells: known.size,
  };
}

/** Body, measure and period, then the keys by the names of their dimensions. */
function nameOf(table: SafeTable, keys: readonly string[]): string {
  const by = table.dimensions.map((name, index) => `${name}=${keys[index]}`);
  const named = by.filter((text) => !text.endsWith("=")).toSorted();
  return [table.body, table.measure, table.period, ...named].join(" ");
}

function unknownOf({ status, value }: SafeCell): UnknownCount {
  const truth = value ?? 0;
  if (status === CellStatus.PUBLISHED) return { least: 0, most: MOST, truth };
  const isTold = status !== CellStatus.SECONDARY || truth >= THRESHOLD;
  if (!isTold) return { least: 1, most: MOST, truth };
  const isSmall = status === CellStatus.PRIMARY;
  return { least: isSmall ? 1 : THRESHOLD, most: isSmall ? THRESHOLD - 1 : MOST, truth };
}

/** What is shown moves to the other side; of a sum that does not come out, the rest is told. */
function equationOf(signed: readonly (readonly [Known | undefined, number])[]): Equation {
  const terms: { index: number; sign: number }[] = [];
  let constant = 0;
  for (const [one, sign] of signed) {
    if (one?.index === undefined) continue;
    terms.push({ index: one.index, sign });
    constant += sign * (one.cell.value ?? 0);
  }
  return { terms, constant };
}

function additions(
  releases: readonly (readonly SafeTable[])[],
  known: ReadonlyMap<string, Known>,
): Equation[] {
  const equations: Equation[] = [];
  for (const [release, tables] of releases.entries()) {
    for (const table of tables) {
      for (const total of table.cells) {
        for (const [axis, key] of total.keys.entries()) {
          if (key !== "") continue;
          const parts = table.cells.filter(({ keys }) =>
            keys.every((one, place) => (place === axis ? one !== "" : one === total.keys[place])),
          );
          const find = (cell: SafeCell) => known.get(`${release} ${nameOf(table, cell.keys)}`);
          const signed = parts.map((part) => [find(part), 1] as const);
          equations.push(equationOf([...signed, [find(total), -1]]));
        }
      }
    }
  }
  return equations;
}

/** A year of twelve months, a month of all its days; each vintage with what was the latest then. */
function periods(known: ReadonlyMap<string, Known>): Equation[] {
  const equations: Equation[] = [];
  for (const [key, total] of known) {
    const { period } = total.table;
    if (period.length > 7) continue;
    const [year, month] = period.split("-").map(Number);
    const size = month === undefined ? 12 : new Date(Date.UTC(year ?? 0, month, 0)).getUTCDate();
    const name = key.slice(key.indexOf(" "));
    const parts = Array.from({ length: size }, (_none, index) => {
      const inner = `${period}-${String(index + 1).padStart(2, "0")}`;
      const of = (release: number) => known.get(`${release}${name.replace(period, inner)}`);
      const vintages = Array.from({ length: 40 }, (_other, release) => of(release));
      const present = vintages.filter((one): one is Known => one !== undefined);
      return present.filter(({ release }) => release <= total.release).at(-1) ?? present[0];
    });
    if (parts.includes(undefined)) continue;
    equations.push(equationOf([...parts.map((part) => [part, 1] as const), [total, -1]]));
  }
  return equations;
}

/** Revisions, and what lies between two bodies, are unknown counts; small ones are minded. */
function differences(
  known: ReadonlyMap<string, Known>,
  unknowns: UnknownCount[],
  names: string[],
): Equation[] {
  const equations: Equation[] = [];
  const all = [...known].map(([key, one]) => ({ ...one, name: key.slice(key.indexOf(" ") + 1) }));
  for (const later of all) {
    for (const earlier of all) {
      const isVintage = earlier.name === later.name && earlier.release < later.release;
      const isInner =
        earlier.table.members.length < later.table.members.length &&
        earlier.table.members.every((state) => later.table.members.includes(state)) &&
        earlier.name.replace(earlier.table.body, later.table.body) === later.name;
      if (!isVintage && !isInner) continue;
      const truth = (later.cell.value ?? 0) - (earlier.cell.value ?? 0);
      const signed = [[earlier, 1] as const, [later, -1] as const];
      const { constant, terms } = equationOf(signed);
      if (truth === 0) {
        equations.push({ terms, constant });
        continue;
      }
      const isSmall = Math.abs(truth) < THRESHOLD;
      const index = unknowns.push({ least: truth < 0 ? -MOST : 0, most: MOST, truth }) - 1;
      // What comes out of nothing is the count itself, which is told or withheld as one.
      const isMinded = isSmall && (earlier.cell.value ?? 0) > 0;
      names.push(`${isMinded ? "between" : "free"} ${earlier.release} and ${later.name}`);
      equations.push({ terms: [...terms, { index, sign: 1 }], constant: constant + truth });
    }
  }
  return equations;
}
