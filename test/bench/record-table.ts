import type { StoreKind } from "./bench-place.ts";
import type { Disposed } from "./record-work.ts";
import type { Section } from "./section.ts";
import { type Figure, REPEATS } from "./timed-reads.ts";

/** What was measured at one size. */
export interface Measured {
  readonly records: number;
  readonly bytes: number;
  /** Recorded in a second; 0: they lay there. */
  readonly rate: number;
  readonly lookUs: number;
  readonly startMs: number;
  readonly holdMs: number;
  readonly disposed: Disposed;
  readonly figures: readonly Figure[];
}

/** One figure at each size, with the power of the number of records that it grows with. */
interface Line {
  readonly name: string;
  readonly cells: readonly string[];
  readonly values: readonly number[];
}

/** Everything that was measured in one table, a column for each size. */
export function recordTable(store: StoreKind, all: readonly Measured[]): Section {
  const sizes = all.map(({ records }) => records);
  const line = (name: string, value: (one: Measured) => number, digits = 0): Line => {
    const values = all.map(value);
    return { name, values, cells: values.map((one) => one.toFixed(digits)) };
  };
  const lines = [
    line("bytes for each record", ({ bytes, records }) => bytes / records),
    line("recorded in a second", ({ rate }) => rate),
    line("look at what is due, µs for each record", ({ lookUs }) => lookUs),
    line("start-up, ms", ({ startMs }) => startMs),
    line("hold on all records, ms", ({ holdMs }) => holdMs, 1),
    line(
      "disposal of 1,000 records, ms",
      ({ disposed: { ms, records } }) => (ms * 1_000) / records,
    ),
    ...readLines(all),
  ];
  const count = (records: number): string => records.toLocaleString("en-US");
  const disposed = all.map(({ disposed: { records } }) => count(records)).join(", ");
  return {
    title:
      `${store === "sqlite" ? "SQLite" : "PostgreSQL"} stores of ${sizes.map(count).join(", ")} records; of reads p50 / p99 in µs, one at a time, ` +
      `the quickest of ${REPEATS}; disposed of were ${disposed}`,
    columns: ["", ...sizes.map((records) => `${count(records)}`), "growth exponent"],
    rows: lines.map(({ cells, name, values }) => [name, ...cells, exponentOf(sizes, values)]),
    data: all,
  };
}

function readLines(all: readonly Measured[]): Line[] {
  const names = all[0]?.figures.map(({ name }) => name) ?? [];
  return names.map((name, place) => {
    const figures = all.map(({ figures: measured }) => measured[place]);
    return {
      name,
      values: figures.map((figure) => figure?.p50Us ?? 0),
      cells: figures.map((figure) => {
        return `${(figure?.p50Us ?? 0).toFixed(0)} / ${(figure?.p99Us ?? 0).toFixed(0)}`;
      }),
    };
  });
}

/** Between the smallest and the largest; empty where there is one size. */
function exponentOf(sizes: readonly number[], values: readonly number[]): string {
  const [first, last] = [values.at(0), values.at(-1)];
  if (sizes.length < 2 || !first || !last) return "";
  const growth = Math.log((sizes.at(-1) ?? 1) / (sizes[0] ?? 1));
  return (Math.log(last / first) / growth).toFixed(2);
}
