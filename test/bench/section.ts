import type { StoreKind } from "./bench-place.ts";

/** How long a bench runs and how often; every bench takes what concerns it. */
export interface BenchOptions {
  /** Messages of one throughput run. */
  readonly messages: number;
  /** Rounds of which the median is told. */
  readonly rounds: number;
  /** Seconds a rate is measured for. */
  readonly seconds: number;
  /** Rows of a register. */
  readonly rows: number;
  /** Messages a second that are asked for. */
  readonly rate: number;
  /** Folder in which a store is kept, and is gone on with; undefined: none is. */
  readonly keep: string | undefined;
  /** Kind of store, where a bench can be run on several. */
  readonly store: StoreKind;
  /** Says how far it is. */
  progress(text: string): void;
}

/** A table of figures, each beside its floor of the same run. */
export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Everything that was measured, for the JSON report. */
  readonly data: unknown;
}

/** One thing that can be measured by itself: `npm run bench -- NAME`. */
export interface Bench {
  readonly name: string;
  readonly about: string;
  run(options: BenchOptions): Promise<Section>;
}

/** The table in Markdown: first column to the left, the others to the right. */
export function renderTable({ columns, rows }: Pick<Section, "columns" | "rows">): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, index) => (index === 0 ? "---" : "--:"));
  return [line(columns), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}

/**
 * Puts fresh tables into a page, between `<!-- bench:NAME -->` and `<!-- /bench -->`. Sections the
 * page has no place for are left out; returns their names.
 */
export function fillPage(
  page: string,
  contents: ReadonlyMap<string, string>,
): { page: string; missing: string[] } {
  let filled = page;
  const missing: string[] = [];
  for (const [name, content] of contents) {
    const place = new RegExp(`(<!-- bench:${name} -->\n)[\\s\\S]*?(<!-- /bench -->)`);
    if (place.test(filled)) filled = filled.replace(place, `$1${content}\n$2`);
    else missing.push(name);
  }
  return { page: filled, missing };
}
