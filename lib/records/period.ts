import { RECORDS_LIMITS } from "#runtime";

/** A calendar period: months first, then days; a year is twelve months, a week seven days. */
export interface Period {
  readonly months: number;
  readonly days: number;
}

const FORM = /^P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$/u;
const MONTHS_OF_YEAR = 12;
const DAYS_OF_WEEK = 7;
const DAYS_OF_YEAR = 365;

/** Reads an ISO 8601 period in years, months, weeks and days, such as P10Y; undefined for none. */
export function parsePeriod(text: string): Period | undefined {
  const found = FORM.exec(text);
  if (found === null) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0] = found
    .slice(1)
    .map((one) => Number(one ?? 0));
  const period = {
    months: years * MONTHS_OF_YEAR + months,
    days: weeks * DAYS_OF_WEEK + days,
  };
  const longest = period.months / MONTHS_OF_YEAR + period.days / DAYS_OF_YEAR;
  return longest > RECORDS_LIMITS.periodYearsMax ? undefined : period;
}

/** Two periods one after the other, as one. */
export function sumPeriods(one: Period, other: Period): Period {
  return { months: one.months + other.months, days: one.days + other.days };
}

/**
 * The end of a period that begins at an instant, in UTC (TP-RET-2). Where the last month has no
 * such day it is the last day of that month: from 29 February ten years lead to 28 February. The
 * time of the day stays. Later beginnings never end earlier.
 */
export function addPeriod(atMs: number, { days, months }: Period): number {
  const date = new Date(atMs);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const lastDay = new Date(0);
  // Day 0 of the month after: the last one of this month. Years below 100 stay what they are.
  lastDay.setUTCFullYear(year, month + 1, 0);
  date.setUTCFullYear(year, month, Math.min(date.getUTCDate(), lastDay.getUTCDate()));
  date.setUTCDate(date.getUTCDate() + days);
  return date.getTime();
}

/** A period as it is written, such as P10Y or P1Y6M14D; no time is P0D. */
export function formatPeriod({ days, months }: Period): string {
  const years = Math.floor(months / MONTHS_OF_YEAR);
  const rest = months % MONTHS_OF_YEAR;
  const parts = [
    years === 0 ? "" : `${years}Y`,
    rest === 0 ? "" : `${rest}M`,
    days === 0 ? "" : `${days}D`,
  ].join("");
  return `P${parts === "" ? "0D" : parts}`;
}

/** Beginnings that tell periods apart: short and long months, the days around 29 February. */
const BEGINNINGS = ["2023-02-28", "2024-02-29", "2024-03-01", "2025-01-31", "2025-07-01"].map(
  (day) => Date.parse(day),
);

/** Whether a period, from wherever it begins, ends no later than another. */
export function neverLonger(one: Period, other: Period): boolean {
  return BEGINNINGS.every((atMs) => addPeriod(atMs, one) <= addPeriod(atMs, other));
}
