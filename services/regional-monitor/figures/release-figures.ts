import { PeriodLength, type StatisticsTable } from "#proto";
import { dayName, dayOf, type Figure } from "#statistics";
import { periodText } from "../periods.ts";
import { EVENT_MEASURES } from "./breakdown.ts";
import type { FigureStore } from "./figure-deps.ts";
import { type FigureQuestion, wrong } from "./figure-question.ts";
import { OPEN_MEASURES } from "./open-figures.ts";
import { readReleasedTables } from "./read-released-tables.ts";
import { measureOf, type ReleasedTable, tableFigures, toldOnce, unitOf } from "./release-table.ts";

/** Names a statistic beside the dimensions of a table. */
const STATISTIC = "STATISTIC";
const MONTHS = 12;

/**
 * Figures of the releases of the gateway, as they were made safe there (TP-MON-17): a withheld cell
 * has no value and says why; none is ever zero for that. A period without a release is missing.
 * Asked for is a table by its name, or a measure by one dimension; without one, its total.
 */
export async function releaseFigures(
  store: FigureStore,
  question: FigureQuestion,
  body: string,
): Promise<Figure[]> {
  const { length, measure, periods } = question;
  const tables = await readTables(store, question, body);
  const own = tables.filter(({ table }) => table.name === measure);
  const found = own.length > 0 ? own : tables.filter(({ table }) => isOf(table, question));
  if (found.length === 0) await checkMeasure(store, question);
  const figures = found.flatMap((one) => askedOf(one, question, own.length > 0));
  const total = question.by.length === 0 && own.length === 0 ? toldOnce(figures) : figures;
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
  body: string,
): Promise<ReleasedTable[]> {
  const textOf = (at: number, of: PeriodLength = length): string => {
    return periodText(of, periods.at(at)?.start ?? 0);
  };
  const releasedBy = dayName(isAsOfGiven ? asOf : dayOf(nowMs));
  const common = { body, status, releasedBy };
  const range = { length, firstPeriod: textOf(0), lastPeriod: textOf(-1) };
  const heads = await store.call("readReleases", { ...common, ...range });
  const isYear = length === PeriodLength.YEAR;
  const months = {
    length: PeriodLength.MONTH,
    firstPeriod: textOf(0),
    lastPeriod: `${textOf(-1)}-12`,
  };
  const monthly = isYear ? await store.call("readReleases", { ...common, ...months }) : [];
  return await readReleasedTables(store, heads, monthly);
}

/** Whether a table has a measure by what is asked for; a total is in any of its tables. */
function isOf({ dimensions, name }: StatisticsTable, { by, measure }: FigureQuestion): boolean {
  const of = measureOf(name);
  if (of.measure !== measure || of.statistic !== undefined) return of.measure === measure;
  return by.every((name) => dimensions.includes(name));
}

async function checkMeasure(store: FigureStore, { measure }: FigureQuestion): Promise<void> {
  const isKnown = EVENT_MEASURES.has(measure) || OPEN_MEASURES.some((one) => one === measure);
  if (isKnown || (await store.call("hasReleaseTable", { name: measure }))) return;
  const names = [...EVENT_MEASURES.keys(), ...OPEN_MEASURES].join(", ");
  throw wrong("measure", `must be one of ${names}, of ledgers, or a table of a release`);
}

/** Of a table that is asked for by its name all cells, else those by what is asked for. */
function askedOf(one: ReleasedTable, { by, measure }: FigureQuestion, isWhole: boolean): Figure[] {
  const figures = tableFigures(one);
  if (!isWhole) {
    return figures.filter((figure) => {
      if (figure.measure !== measure) return false;
      const names = Object.keys(figure.by).filter((name) => name !== STATISTIC);
      return names.toSorted().join() === by.toSorted().join();
    });
  }
  return figures.map((figure) => {
    const { [STATISTIC]: _statistic, ...parts } = figure.by;
    return { ...figure, measure, by: parts };
  });
}

function missingFigure({ length, measure, nowMs }: FigureQuestion, period: string): Figure {
  const monthsExpected = length === PeriodLength.YEAR ? MONTHS : 1;
  return {
    ...{ measure, by: {}, period, value: null, unit: unitOf(measure), status: "M" },
    ...{ confidentiality: "F", vintage: dayName(dayOf(nowMs)) },
    coverage: { statesExpected: 0, statesReporting: 0, monthsExpected, monthsReporting: 0 },
  };
}
