import { ledgerFigures } from "#outputs";
import { IndicatorLedger, PeriodLength } from "#proto";
import { MONITOR_LIMITS } from "#runtime";
import { dayBeginsMs, dayName, dayOf, type Figure, type FigureUnit } from "#statistics";
import { msOfHour, periodAt, periodText } from "../periods.ts";
import type { FigureStore } from "./figure-deps.ts";
import { type FigureQuestion, wrong } from "./figure-question.ts";
import { type MembersAt, periodMembers } from "./membership.ts";

const STATE = "STATE";
const DIMENSIONS = [STATE, "RECOVERY", "TYPE", "MARKING", "ESTABLISHED_BY"];

/** Measures of ledgers that States have signed off, with what they are counted in. */
const UNITS: ReadonlyMap<string, FigureUnit> = new Map([
  ["VC_ARM_SZTRACE", "PERCENT"],
  ["ARMS_RECOVERED", "PIECES"],
  ["ARMS_ORIGIN_ESTABLISHED", "PIECES"],
  ["OFF_EXCHANGE_TRACES", "CASES"],
]);

/** Names of those measures. */
export const LEDGER_MEASURES = [...UNITS.keys()];

/**
 * Figures of ledgers by State and year (TP-MON-30): of each the newest vintage that was signed off
 * by the day asked for. A member of which there is none is missing.
 */
export async function ofLedgers(
  store: FigureStore,
  question: FigureQuestion,
  membersAt: MembersAt,
): Promise<Figure[]> {
  const { asOf, by, isAsOfGiven, measure, nowMs, state } = question;
  if (by.some((name) => !DIMENSIONS.includes(name))) {
    throw wrong("by", `must be of ${DIMENSIONS.join(", ")} for ${measure}`);
  }
  const years = yearsOf(question);
  const ledgers = await signedLedgers(store, question, years);
  const whose = periodMembers({ ...question, periods: years }, membersAt);
  const told = ledgerFigures(ledgers).filter((figure) => isAsked(figure, question));
  const isComplete = by.every((name) => name === STATE);
  const vintage = dayName(isAsOfGiven ? asOf : dayOf(nowMs));
  return whose.flatMap(({ expected, period, states }) => {
    const year = periodText(PeriodLength.YEAR, period.start);
    const found = told.filter((one) => one.period === year && isOf(one, states));
    if (!isComplete || expected === 0) return found;
    const missing = membersAt(Math.min(msOfHour(period.end) - 1, nowMs))
      .filter((one) => states === undefined || states.includes(one))
      .filter((one) => state === undefined || state === one)
      .filter((one) => !ledgers.some((ledger) => ledger.state === one && isYear(ledger, year)));
    return [...found, ...missing.map((one) => missingFigure(measure, one, { year, vintage }))];
  });
}

/** The years that periods of any length lie in. */
function yearsOf({ periods }: FigureQuestion) {
  const years = periods.map(({ start }) => periodAt(PeriodLength.YEAR, start));
  return [...new Map(years.map((year) => [year.start, year])).values()];
}

async function signedLedgers(
  store: FigureStore,
  { asOf, state, status }: FigureQuestion,
  years: ReturnType<typeof yearsOf>,
): Promise<IndicatorLedger[]> {
  const yearAt = (index: number): number => {
    return new Date(msOfHour(years.at(index)?.start ?? 0)).getUTCFullYear();
  };
  const kept = await store.call("readLedgers", {
    ...{ status, firstYear: yearAt(0), lastYear: yearAt(-1), state, isAll: false },
    ...{ limit: MONITOR_LIMITS.ledgersMax, signedByMs: dayBeginsMs(asOf + 1) - 1 },
  });
  return kept.map(({ content }) => IndicatorLedger.decode(content));
}

function isAsked({ by, measure }: Figure, question: FigureQuestion): boolean {
  const names = Object.keys(by).filter((name) => name !== STATE);
  const asked = question.by.filter((name) => name !== STATE);
  return measure === question.measure && names.toSorted().join() === asked.toSorted().join();
}

function isOf({ by }: Figure, states: readonly string[] | undefined): boolean {
  return states === undefined || states.includes(by[STATE] ?? "");
}

function isYear({ year }: IndicatorLedger, text: string): boolean {
  return year === Number(text);
}

function missingFigure(
  measure: string,
  state: string,
  { vintage, year }: { readonly vintage: string; readonly year: string },
): Figure {
  return {
    ...{ measure, by: { [STATE]: state }, period: year, value: null },
    ...{ unit: UNITS.get(measure) ?? "CASES", status: "M", confidentiality: "F", vintage },
    coverage: { statesExpected: 1, statesReporting: 0, monthsExpected: 12, monthsReporting: 0 },
  };
}
