import { PeriodLength } from "#proto";
import { isCalendarDate } from "#runtime";
import { dayOf } from "#statistics";

/** Hours of a day; every day in UTC has as many. */
export const DAY_HOURS = 24;
const HOUR_MS = 3_600_000;

/** Lengths that sums are kept for, the shortest first. */
export const LENGTHS = [
  PeriodLength.HOUR,
  PeriodLength.DAY,
  PeriodLength.MONTH,
  PeriodLength.YEAR,
] as const;

/** A period in UTC, by full hours since 1970. */
export interface Period {
  readonly start: number;
  /** Up to and without it. */
  readonly end: number;
}

/** The period of a length that an hour lies in. */
export function periodAt(length: PeriodLength, hour: number): Period {
  if (length === PeriodLength.HOUR) return { start: hour, end: hour + 1 };
  const day = hour - (hour % DAY_HOURS);
  if (length === PeriodLength.DAY) return { start: day, end: day + DAY_HOURS };
  const date = new Date(day * HOUR_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (length === PeriodLength.MONTH) {
    return { start: hourOf(Date.UTC(year, month)), end: hourOf(Date.UTC(year, month + 1)) };
  }
  return { start: hourOf(Date.UTC(year, 0)), end: hourOf(Date.UTC(year + 1, 0)) };
}

/** The day, since 1970, from which on a period is over. */
export function overOn({ end }: Period): number {
  return Math.ceil(end / DAY_HOURS);
}

/** Full hours since 1970. */
export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}

/** When an hour begins, milliseconds since 1970. */
export function msOfHour(hour: number): number {
  return hour * HOUR_MS;
}

/** 2026, 2026-10, 2026-10-03 or 2026-10-03T14. */
export function periodText(length: PeriodLength, start: number): string {
  return new Date(msOfHour(start)).toISOString().slice(0, TEXT_CHARS[length]);
}

const TEXT_CHARS: Readonly<Record<number, number>> = {
  [PeriodLength.YEAR]: 4,
  [PeriodLength.MONTH]: 7,
  [PeriodLength.DAY]: 10,
  [PeriodLength.HOUR]: 13,
};

/** Full days since 1970 of a `YYYY-MM-DD`; undefined for what is none. */
export function dayNamed(text: string): number | undefined {
  return isCalendarDate(text) ? dayOf(Date.parse(`${text}T00:00:00Z`)) : undefined;
}
