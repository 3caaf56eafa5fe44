import type { Count, Sum } from "./counts.ts";
import { protect } from "./protect.ts";

/** Counts in rows and columns, in pieces, with the totals that are shown beside them. */
export interface CountTable {
  readonly rows: readonly (readonly number[])[];
  readonly rowTotals: readonly number[];
  readonly columnTotals?: readonly number[] | undefined;
}

/** The same table; null is withheld, never zero. */
export interface SuppressedTable {
  readonly rows: (number | null)[][];
  readonly rowTotals: (number | null)[];
  readonly columnTotals?: (number | null)[];
}

/** Price of a count, and of a total, which says more. */
const PART_PRICE = 1;
const TOTAL_PRICE = 2.5;
/** Of two counts the smaller one is withheld: less than a whole count. */
const SIZE_PRICE = 0.1;

/** How a count of ours goes into the protection (TP-STAT-5). */
export function openCount(value: number, threshold: number, isTotal: boolean): Count {
  const isSmall = value > 0 && value < threshold;
  const shown = value === 0;
  return {
    value,
    standing: shown ? "SHOWN" : isSmall ? "WITHHELD" : "OPEN",
    least: isSmall ? 1 : threshold,
    most: isSmall ? threshold - 1 : Number.MAX_SAFE_INTEGER,
    floor: 1,
    isOurs: true,
    price:
      (isTotal ? TOTAL_PRICE : PART_PRICE) + SIZE_PRICE * (1 - threshold / (value + threshold)),
    distance: 1,
  };
}

/** A number that no table has, such as the sum of all rows. */
export function untoldCount(value: number): Count {
  const most = Number.MAX_SAFE_INTEGER;
  const bounds = { least: 0, most, floor: 0 };
  return { value, standing: "UNTOLD", ...bounds, isOurs: false, price: 0, distance: 0 };
}

/**
 * Withholds counts from 1 up to and without the threshold, and what would give them away
 * (TP-STAT-5 to TP-STAT-9). The totals have to be those of the table.
 */
export function suppressTable(table: CountTable, threshold: number): SuppressedTable {
  const counts: Count[] = [];
  const add = (count: Count): number => counts.push(count) - 1;
  const addAll = (values: readonly number[], isTotal: boolean): number[] =>
    values.map((value) => add(openCount(value, threshold, isTotal)));
  const rows = table.rows.map((row) => addAll(row, false));
  const rowTotals = addAll(table.rowTotals, true);
  const columnTotals = table.columnTotals && addAll(table.columnTotals, true);
  const sums: Sum[] = rowTotals.map((total, row) => ({ total, parts: rows[row] ?? [] }));
  if (columnTotals !== undefined) {
    for (const [column, total] of columnTotals.entries()) {
      sums.push({ total, parts: rows.map((row) => row[column] ?? -1) });
    }
    // Rows and columns have one sum, which nobody is shown.
    const whole = add(untoldCount(table.rowTotals.reduce((sum, value) => sum + value, 0)));
    sums.push({ total: whole, parts: rowTotals }, { total: whole, parts: columnTotals });
  }
  const { withheld } = protect(counts, sums, threshold);
  const show = (index: number): number | null =>
    withheld[index] === true ? null : (counts[index]?.value ?? null);
  return {
    rows: rows.map((row) => row.map(show)),
    rowTotals: rowTotals.map(show),
    ...(columnTotals && { columnTotals: columnTotals.map(show) }),
  };
}
