import { describe, expect, it } from "vitest";
import { suppressTable } from "#statistics";
import type { Count } from "../../../lib/statistics/suppress/counts.ts";
import { protect } from "../../../lib/statistics/suppress/protect.ts";
import { randomFrom } from "../../support/seeded-random.ts";

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

describe("a table with small counts", () => {
  it("shows zeros, and withholds small counts and small totals as null (TP-STAT-5)", () => {
    const table = {
      rows: [
        [3, 0],
        [0, 5],
      ],
      rowTotals: [3, 5],
      columnTotals: [3, 5],
    };
    const shown = {
      rows: [
        [null, 0],
        [0, 5],
      ],
      rowTotals: [null, 5],
      columnTotals: [null, 5],
    };
    expect(suppressTable(table, 5)).toEqual(shown);
  });

  it("stays whole where nothing is small", () => {
    const table = {
      rows: [
        [5, 0],
        [7, 8],
      ],
      rowTotals: [5, 15],
      columnTotals: [12, 8],
    };
    expect(suppressTable(table, 5)).toEqual(table);
  });

  it("withholds a total before two counts that could be nothing else (TP-STAT-7)", () => {
    const { rows, rowTotals } = suppressTable({ rows: [[4, 4]], rowTotals: [8] }, 5);
    expect({ rows, rowTotals }).toEqual({ rows: [[null, null]], rowTotals: [null] });
  });

  it("withholds a third where two come to a small number together (TP-STAT-8)", () => {
    const { rows } = suppressTable({ rows: [[2, 1, 10, 20]], rowTotals: [33] }, 5);
    expect(rows).toEqual([[null, null, null, 20]]);
  });

  it("of 200 rows and 60 columns takes bounded work, and shows most of it (TP-STAT-9)", () => {
    const random = randomFrom(7);
    const count = (): number => Math.floor(random() * (random() < 0.05 ? 5 : 100));
    const rows = Array.from({ length: 200 }, () => Array.from({ length: 60 }, count));
    const rowTotals = rows.map(sumOf);
    const columnTotals = (rows[0] ?? []).map((_count, column) =>
      sumOf(rows.map((row) => row[column] ?? 0)),
    );
    const small = rows.flat().filter((value) => value > 0 && value < 5).length;
    const shown = suppressTable({ rows, rowTotals, columnTotals }, 5);
    const withheld = shown.rows.flat().filter((value) => value === null).length;
    expect(small).toBeGreaterThan(500);
    expect(withheld).toBeLessThan(1.2 * small);
  });

  it("withholds all that hangs together when the work is used up (TP-STAT-9)", () => {
    const bounds = { least: 5, most: 1_000, floor: 1, isOurs: true, price: 1, distance: 1 };
    const open = (value: number): Count => ({ ...bounds, value, standing: "OPEN" });
    const small: Count = { ...open(3), standing: "WITHHELD", least: 1, most: 4 };
    // 3 + 10 = 13, and 20 + 30 = 50, which has nothing to do with it.
    const counts = [small, open(10), open(13), open(20), open(30), open(50)];
    const sums = [
      { total: 2, parts: [0, 1] },
      { total: 5, parts: [3, 4] },
    ];
    const { blurred, withheld } = protect(counts, sums, 5, { left: 0 });
    expect(withheld).toEqual([true, true, true, false, false, false]);
    expect(blurred).toEqual([true, true, true, false, false, false]);
    expect(protect(counts, sums, 5).withheld.filter(Boolean)).toHaveLength(2);
  });
});
