import { CellStatus, PeriodLength, type StatisticsTable } from "#proto";
import type { Figure, FigureUnit } from "#statistics";
import type { ReleaseHead } from "./read-releases.ts";

/** Tables that tell one statistic of a measure, such as MEDIAN_HOURS_TO_ANSWER. */
const STATISTIC = /^(MEDIAN|P90)_(.+)$/u;
const MONTHS = 12;

/** A table of a release, decoded. */
export interface ReleasedTable {
  readonly head: ReleaseHead;
  readonly table: StatisticsTable;
  /** In how many months of its year anybody had a record. */
  readonly months: number;
}

/**
 * Of each period and table the newest: a later vintage has no tables that name States, and those of
 * an earlier one stand (TP-MON-17). Takes releases by rising vintage.
 */
export function newestTables(released: readonly ReleasedTable[]): ReleasedTable[] {
  const keyOf = ({ head, table }: ReleasedTable): string =>
    JSON.stringify([head.body, head.length, head.period, table.name]);
  return [...new Map(released.map((one) => [keyOf(one), one])).values()];
}

/** The measure that a table is of by its name, and which statistic of it. */
export function measureOf(name: string): { readonly measure: string; readonly statistic?: string } {
  const [, statistic, of = name] = STATISTIC.exec(name) ?? [];
  const measure = of.split("_BY_")[0] ?? of;
  return statistic === undefined ? { measure } : { measure, statistic };
}

/** Tables of a part of their measure, such as requests whose completeness is told. */
const PARTIAL = /_BY_COMPLETENESS$/u;

const WITHHELD: Readonly<Record<number, Figure["confidentiality"]>> = {
  [CellStatus.PRIMARY]: "C",
  [CellStatus.DOMINANCE]: "C",
  [CellStatus.SECONDARY]: "D",
};

/**
 * Every figure of a table, as it was made safe (TP-MON-17): a withheld cell has no value and says
 * why. Beside its dimensions stands the statistic, where the table is of one. The total of a part
 * is none of the measure, and goes by the name of its table.
 */
export function tableFigures({ head, months, table }: ReleasedTable): Figure[] {
  const { measure, statistic } = measureOf(table.name);
  return table.cells.map(({ keys, status, value }) => {
    const named = table.dimensions.flatMap((name, at) => {
      const key = keys[at] ?? "";
      return key === "" ? [] : [[name, key] as const];
    });
    const parts = statistic === undefined ? named : [...named, ["STATISTIC", statistic] as const];
    return {
      measure: named.length === 0 && PARTIAL.test(table.name) ? table.name : measure,
      ...{ by: Object.fromEntries(parts), period: head.period },
      value: status === CellStatus.PUBLISHED ? value : null,
      unit: unitOf(table.name),
      status: status === CellStatus.MISSING ? "M" : "A",
      confidentiality: WITHHELD[status] ?? "F",
      coverage: coverageOf(head, months),
      vintage: head.releasedOn,
    };
  });
}

function coverageOf(
  { length, statesExpected, statesReporting }: ReleaseHead,
  months: number,
): Figure["coverage"] {
  const reported = statesReporting > 0 ? 1 : 0;
  return length === PeriodLength.YEAR
    ? { statesExpected, statesReporting, monthsExpected: MONTHS, monthsReporting: months }
    : { statesExpected, statesReporting, monthsExpected: 1, monthsReporting: reported };
}

/** What a table counts, by its name. */
export function unitOf(name: string): FigureUnit {
  if (STATISTIC.test(name)) return "HOURS";
  if (name.startsWith("RESPONSE_RATE")) return "PERCENT";
  return /^(MESSAGES|REFUSALS|ALERT)/u.test(name) ? "MESSAGES" : "CASES";
}

/** A figure is told once, whichever tables have it; one that is shown before one that is not. */
export function toldOnce(figures: readonly Figure[]): Figure[] {
  const found = new Map<string, Figure>();
  for (const figure of figures) {
    const parts = Object.entries(figure.by).toSorted(([one], [other]) => (one < other ? -1 : 1));
    const key = JSON.stringify([figure.measure, figure.period, parts]);
    const before = found.get(key);
    if (before === undefined || (before.value === null && figure.value !== null)) {
      found.set(key, figure);
    }
  }
  return [...found.values()];
}
