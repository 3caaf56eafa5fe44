import { CellStatus } from "#proto";
import type { CountedCell, CountedTable, SafeTable } from "#statistics";

/** A table of trace requests, of which a test says what matters to it. */
export function countedTable(
  dimensions: readonly string[],
  cells: Readonly<Record<string, number>>,
  more: Partial<CountedTable> = {},
): CountedTable {
  return {
    name: `TRACE_REQUESTS_BY_${dimensions.join("_")}`,
    measure: "TRACE_REQUESTS",
    figure: "COUNT",
    body: "ECOWAS",
    members: ["GH", "NG", "SN"],
    period: "2026-10",
    vintage: 1,
    dimensions,
    // "URGENT OPEN" has two keys; "*" is a total.
    cells: Object.entries(cells).map(([names, value]): CountedCell => {
      return { keys: names.split(" ").map((name) => (name === "*" ? "" : name)), value };
    }),
    ...more,
  };
}

/** What is shown of a table, by its keys: a number, or why there is none. */
export function shownCells(table: SafeTable | undefined): Record<string, number | string> {
  const names = Object.entries(CellStatus);
  return Object.fromEntries(
    (table?.cells ?? []).map(({ keys, shown, status }) => {
      const name = names.find(([, value]) => value === status)?.[0] ?? "";
      const key = keys.map((one) => (one === "" ? "*" : one)).join(" ");
      return [key, status === CellStatus.PUBLISHED ? shown : name];
    }),
  );
}
