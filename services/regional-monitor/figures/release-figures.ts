import { CellStatus, PeriodLength, StatisticsTable } from "#proto";
import { dayName, dayOf, type Figure, type FigureUnit } from "#statistics";
import { periodText } from "../periods.ts";
import { EVENT_MEASURES } from "./breakdown.ts";
import type { FigureStore } from "./figure-deps.ts";
import { type FigureQuestion, wrong } from "./figure-question.ts";
import { OPEN_MEASURES } from "./open-figures.ts";
import type { ReleaseHead } from "./read-releases.ts";

/** Tables that tell one statistic of a measure, such as MEDIAN_HOURS_TO_ANSWER. */
const STATISTIC = /^(MEDIAN|P90)_(.+)$/u;
const MONTHS = 12;

/** A table of a release, decoded. */
interface ReleasedTable {
  readonly head: ReleaseHead;
  readonly table: StatisticsTable;
  /** In how many months of its year anybody had a record. */
  readonly months: number;
}

/**
 * Figures of the releases of the gateway, as they were made safe there (TP-MON-17): a withheld cell
 * has no value and says why; none is ever zero for that. A period without a release is missing.
 * Asked for is a table by its name, or a measure by one dimension; without one, its total.
 */
export async function releaseFigures(
  store: FigureStore,
  question: FigureQuestion,
): Promise<Figure[]> {
  const { length, measure, periods } = question;
  const tables = await readTables(store, question);
  const own = tables.filter(({ table }) => table.name === measure);
  const found = own.length > 0 ? own : tables.filter(({ table }) => isOf(table, question));
  if (found.length === 0) await checkMeasure(store, question);
  const figures = found.flatMap((one) => cellFigures(one, question, own.length > 0));
  const total = question.by.length === 0 && own.length === 0 ? firstOfEach(figures) : figures;
  if (question.by.length > 0) return total;
  const told = new Set(total.map(({ period }) => period));
  const lacking = periods.map(({ start }) => periodText(length, start));
  return [
    ...total,
    ...lacking.filter((period) => !told.has(period)).map((one) => missingFigure(question, one)),
  ].toSorted((one, other) => (one.period < other.period ? -1 : Number(one.period > other.period)));
}

async function readTables(
  store: FigureStore,
  { asOf, isAsOfGiven, length, nowMs, periods, status }: FigureQuestion,
): Promise<ReleasedTable[]> {
  const textOf = (at: number, of: PeriodLength = length): string => {
    return periodText(of, periods.at(at)?.start ?? 0);
  };
  const releasedBy = dayName(isAsOfGiven ? asOf : dayOf(nowMs));
  const common = { status, releasedBy, isAll: false };
  const range = { length, firstPeriod: textOf(0), lastPeriod: textOf(-1) };
  const heads = await store.call("readReleases", { ...common, ...range });
  const isYear = length === PeriodLength.YEAR;
  const months = {
    length: PeriodLength.MONTH,
    firstPeriod: textOf(0),
    lastPeriod: `${textOf(-1)}-12`,
  };
  const monthly = isYear ? await store.call("readReleases", { ...common, ...months }) : [];
  const tables = await store.call("readReleaseTables", { ids: heads.map(({ id }) => id) });
  return tables.flatMap(({ content, release_id: id }) => {
    const head = heads.find((one) => one.id === id);
    if (head === undefined) return [];
    const reported = monthly.filter(
      ({ period, statesReporting }) => period.startsWith(head.period) && statesReporting > 0,
    );
    return [{ head, table: StatisticsTable.decode(content), months: reported.length }];
  });
}

/** Whether a table has a measure by what is asked for; a total is in any of its tables. */
function isOf({ dimensions, name }: StatisticsTable, { by, measure }: FigureQuestion): boolean {
  const statistic = STATISTIC.exec(name);
  if (statistic !== null) return statistic[2] === measure;
  if (name.split("_BY_")[0] !== measure) return false;
  return by.length === 0 || dimensions.toSorted().join() === by.toSorted().join();
}

async function checkMeasure(store: FigureStore, { measure }: FigureQuestion): Promise<void> {
  const isKnown = EVENT_MEASURES.has(measure) || OPEN_MEASURES.some((one) => one === measure);
  if (isKnown || (await store.call("hasReleaseTable", { name: measure }))) return;
  const names = [...EVENT_MEASURES.keys(), ...OPEN_MEASURES].join(", ");
  throw wrong("measure", `must be one of ${names}, of ledgers, or a table of a release`);
}

const WITHHELD: Readonly<Record<number, Figure["confidentiality"]>> = {
  [CellStatus.PRIMARY]: "C",
  [CellStatus.DOMINANCE]: "C",
  [CellStatus.SECONDARY]: "D",
};

function cellFigures(
  { head, months, table }: ReleasedTable,
  { by, measure }: FigureQuestion,
  isWhole: boolean,
): Figure[] {
  const statistic = isWhole ? undefined : STATISTIC.exec(table.name)?.[1];
  return table.cells.flatMap(({ keys, status, value }): Figure[] => {
    const named = table.dimensions.flatMap((name, at) => {
      const key = keys[at] ?? "";
      return key === "" ? [] : [[name, key] as const];
    });
    if (!isWhole && named.length !== by.length) return [];
    const parts = statistic === undefined ? named : [...named, ["STATISTIC", statistic] as const];
    return [
      {
        ...{ measure, by: Object.fromEntries(parts), period: head.period },
        value: status === CellStatus.PUBLISHED ? value : null,
        unit: unitOf(table.name),
        status: status === CellStatus.MISSING ? "M" : "A",
        confidentiality: WITHHELD[status] ?? "F",
        coverage: coverageOf(head, months),
        vintage: head.releasedOn,
      },
    ];
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
function unitOf(name: string): FigureUnit {
  if (STATISTIC.test(name)) return "HOURS";
  return /^(MESSAGES|REFUSALS|ALERT)/u.test(name) ? "MESSAGES" : "CASES";
}

/** A total is told once, whichever tables have it; one that is shown before one that is not. */
function firstOfEach(figures: readonly Figure[]): Figure[] {
  const found = new Map<string, Figure>();
  for (const figure of figures) {
    const key = JSON.stringify([figure.period, figure.by]);
    const before = found.get(key);
    if (before === undefined || (before.value === null && figure.value !== null)) {
      found.set(key, figure);
    }
  }
  return [...found.values()];
}

function missingFigure({ length, measure, nowMs }: FigureQuestion, period: string): Figure {
  const monthsExpected = length === PeriodLength.YEAR ? MONTHS : 1;
  return {
    ...{ measure, by: {}, period, value: null, unit: unitOf(measure), status: "M" },
    ...{ confidentiality: "F", vintage: dayName(dayOf(nowMs)) },
    coverage: { statesExpected: 0, statesReporting: 0, monthsExpected, monthsReporting: 0 },
  };
}
