import { describe, expect, inject, it } from "vitest";
import { type CountTable, suppressTable } from "#statistics";
import { type Equation, solve, type UnknownCount } from "../../support/count-solver.ts";
import { randomFrom } from "../../support/seeded-random.ts";

const THRESHOLD = 5;
const TABLES = 300;
const seed = inject("seed");

type Shown = (number | null)[];

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** Small and large tables, sparse and full, with and without totals of their columns. */
function anyTable(random: () => number): CountTable {
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const [height, width, most] = [1 + upTo(5), 1 + upTo(5), 2 + upTo(30)];
  const empty = random() * 0.6;
  const count = (): number => (random() < empty ? 0 : upTo(random() < 0.5 ? most : 6));
  const rows = Array.from({ length: height }, () => Array.from({ length: width }, count));
  const columnTotals = rows[0]?.map((_count, column) => sumOf(rows.map((row) => row[column] ?? 0)));
  const rowTotals = rows.map(sumOf);
  return random() < 0.3 ? { rows, rowTotals } : { rows, rowTotals, columnTotals };
}

/** What follows from what is shown: which of the withheld counts, and how many there are. */
function attack(table: CountTable, shown: CountTable | ReturnType<typeof suppressTable>) {
  const unknowns: UnknownCount[] = [];
  const place = new Map<string, { sign: number; index?: number; value: number }>();
  const put = (key: string, truth: number, value: number | null | undefined): void => {
    if (value !== null) place.set(key, { sign: 1, value: value ?? 0 });
    else place.set(key, { sign: 1, value: 0, index: unknowns.push(known(truth)) - 1 });
  };
  for (const [row, counts] of table.rows.entries()) {
    for (const [column, truth] of counts.entries()) {
      put(`${row} ${column}`, truth, (shown.rows[row] as Shown)[column]);
    }
    put(`${row} *`, table.rowTotals[row] ?? 0, (shown.rowTotals as Shown)[row]);
  }
  const columns = table.columnTotals ?? [];
  for (const [column, truth] of columns.entries()) {
    put(`* ${column}`, truth, (shown.columnTotals as Shown)[column]);
  }
  const equation = (plus: readonly string[], minus: readonly string[]): Equation => {
    const signed = [
      ...plus.map((key) => [key, 1] as const),
      ...minus.map((key) => [key, -1] as const),
    ];
    const terms = signed.flatMap(([key, sign]) => {
      const index = place.get(key)?.index;
      return index === undefined ? [] : [{ index, sign }];
    });
    const constant = -sumOf(signed.map(([key, sign]) => sign * (place.get(key)?.value ?? 0)));
    return { terms, constant };
  };
  const rows = table.rows.map((_row, row) => row);
  const equations = rows.map((row) =>
    equation(
      (table.rows[row] ?? []).map((_count, column) => `${row} ${column}`),
      [`${row} *`],
    ),
  );
  for (const column of columns.keys()) {
    equations.push(
      equation(
        rows.map((row) => `${row} ${column}`),
        [`* ${column}`],
      ),
    );
  }
  if (columns.length > 0) {
    equations.push(
      equation(
        rows.map((row) => `${row} *`),
        columns.map((_t, column) => `* ${column}`),
      ),
    );
  }
  return { recovered: solve(unknowns, equations).size, withheld: unknowns.length, of: place.size };
}

/** Zeros are shown, so whatever is withheld is one at least. */
const known = (truth: number): UnknownCount => ({ least: 1, most: 1_000, truth });

/** Small counts and totals are withheld, and nothing else. */
function primaryOnly({ columnTotals, rowTotals, rows }: CountTable) {
  const hide = (counts: readonly number[]): Shown =>
    counts.map((count) => (count > 0 && count < THRESHOLD ? null : count));
  return {
    rows: rows.map(hide),
    rowTotals: hide(rowTotals),
    ...(columnTotals && { columnTotals: hide(columnTotals) }),
  };
}

describe("an attacker that solves for withheld counts (TP-STAT-6 to TP-STAT-8)", () => {
  const random = randomFrom(seed);
  const tables = Array.from({ length: TABLES }, () => anyTable(random));

  it("finds none in a suppressed table, of which most is shown", ({ annotate }) => {
    let [cells, withheld, small] = [0, 0, 0];
    for (const table of tables) {
      const result = attack(table, suppressTable(table, THRESHOLD));
      expect(result.recovered, JSON.stringify(table)).toBe(0);
      cells += result.of;
      withheld += result.withheld;
      small += attack(table, primaryOnly(table)).withheld;
    }
    const share = (count: number): string => `${((100 * count) / cells).toFixed(1)} %`;
    const shown = `shown: ${share(cells - withheld)} of ${cells} counts; small: ${share(small)}`;
    console.info(`Suppressed tables: ${TABLES}, withheld counts recovered: 0, ${shown}`);
    void annotate(shown);
    expect(withheld).toBeLessThan(2 * small);
  });

  it("finds many where the small ones alone are withheld", () => {
    const found = tables.map((table) => attack(table, primaryOnly(table)).recovered);
    expect(sumOf(found)).toBeGreaterThan(TABLES);
  });
});
