import { CellStatus } from "#proto";
import { makeSafe } from "./make-safe.ts";
import type { CountedCell, SafeCell } from "./tables.ts";

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

/**
 * Withholds counts from 1 up to and without the threshold, and what would give them away
 * (TP-STAT-5 to TP-STAT-9). The totals have to be those of the table.
 */
export function suppressTable(table: CountTable, threshold: number): SuppressedTable {
  const { columnTotals, rowTotals, rows } = table;
  const width = rows[0]?.length ?? 0;
  const cells: CountedCell[] = rows.flatMap((row, index) =>
    row.map((value, column) => ({ keys: [`${index}`, `${column}`], value })),
  );
  cells.push(...rowTotals.map((value, index) => ({ keys: [`${index}`, ""], value })));
  cells.push(...(columnTotals ?? []).map((value, index) => ({ keys: ["", `${index}`], value })));
  const counted = { ...ALONE, dimensions: ["ROW", "COLUMN"], cells };
  const [safe] = makeSafe([counted], [], { threshold, dominance: 1 });
  const shown = (safe?.cells ?? []).map(shownOrNull);
  const below = rows.length * width;
  return {
    rows: rows.map((_row, index) => shown.slice(index * width, (index + 1) * width)),
    rowTotals: shown.slice(below, below + rows.length),
    ...(columnTotals && { columnTotals: shown.slice(below + rows.length) }),
  };
}

/** A table that no other one belongs to. */
const ALONE = {
  name: "",
  measure: "",
  figure: "COUNT",
  body: "",
  members: [],
  period: "",
  vintage: 1,
} as const;

function shownOrNull({ shown, status }: SafeCell): number | null {
  return status === CellStatus.PUBLISHED ? shown : null;
}
