import { DAY_MS } from "./days.ts";
import { openZone, type Zone } from "./zone.ts";

/** Days of the week, in the order of `Date`. */
export const WEEKDAYS = [
  "SUNDAY",
  "MONDAY",
  "TUESDAY",
  "WEDNESDAY",
  "THURSDAY",
  "FRIDAY",
  "SATURDAY",
] as const;

/** One of {@link WEEKDAYS}. */
export type Weekday = (typeof WEEKDAYS)[number];

/** When a State works (TP-CLOCK-3). */
export interface WorkingCalendar {
  /** IANA name, such as "Europe/Vienna". */
  readonly timeZone: string;
  /** Days of the week on which nobody works; never all seven. */
  readonly weekend: readonly Weekday[];
  /** Public holidays, ISO 8601 dates. */
  readonly holidays: readonly string[];
}

/** A working calendar ready to reckon with. */
export interface OpenCalendar {
  /** Whether the day of an instant is a working day there. */
  isWorkingTime(atMs: number): boolean;
  /** The end of the day of an instant, or of the next working day; keeps the order of instants. */
  endOfDay(atMs: number): number;
  /** The last moment of a day of the calendar (YYYY-MM-DD) there, working day or not. */
  lastMomentOf(day: string): number;
  /** The same time of day so many calendar days later, across changes of the clock. */
  addDays(atMs: number, days: number): number;
  /** The same time of day so many working days later; counting begins on the day after. */
  addWorkingDays(atMs: number, days: number): number;
}

/**
 * Of a State that told no calendar (TP-CLOCK-3): a day is twenty-four hours, and each is a working
 * day. What is due in days is due at the very instant.
 */
const NO_CALENDAR: OpenCalendar = {
  isWorkingTime: () => true,
  endOfDay: (atMs) => atMs,
  lastMomentOf: (day) => midnightBefore(day) + DAY_MS - 1,
  addDays: (atMs, days) => atMs + days * DAY_MS,
  addWorkingDays: (atMs, days) => atMs + days * DAY_MS,
};

/**
 * Opens a calendar; undefined is that of a State that told none. An unknown time zone counts as
 * UTC: checkCalendar refuses it before.
 */
export function openCalendar(calendar: WorkingCalendar | undefined): OpenCalendar {
  if (calendar === undefined) return NO_CALENDAR;
  const zone = openZone(calendar.timeZone) ?? (openZone("UTC") as Zone);
  const free = new Set(calendar.weekend.map((name) => WEEKDAYS.indexOf(name)));
  // A week without a working day would have no next one.
  if (free.size === WEEKDAYS.length) free.clear();
  const holidays = new Set(calendar.holidays.map((date) => Date.parse(`${date}T00:00Z`)));
  const isWorkingDay = (midnightMs: number): boolean =>
    !free.has(new Date(midnightMs).getUTCDay()) && !holidays.has(midnightMs);
  return {
    isWorkingTime: (atMs) => isWorkingDay(midnightOf(zone.localOf(atMs))),
    endOfDay(atMs) {
      let midnightMs = midnightOf(zone.localOf(atMs));
      while (!isWorkingDay(midnightMs)) midnightMs += DAY_MS;
      return Math.max(atMs, zone.instantOf(midnightMs + DAY_MS) - 1);
    },
    lastMomentOf: (day) => zone.instantOf(midnightBefore(day) + DAY_MS) - 1,
    addDays: (atMs, days) => Math.max(atMs, zone.instantOf(zone.localOf(atMs) + days * DAY_MS)),
    addWorkingDays(atMs, days) {
      let localMs = zone.localOf(atMs);
      for (let left = Math.ceil(days); left > 0; ) {
        localMs += DAY_MS;
        if (isWorkingDay(midnightOf(localMs))) left -= 1;
      }
      return Math.max(atMs, zone.instantOf(localMs));
    },
  };
}

/** As if the day were one of UTC. */
function midnightBefore(day: string): number {
  return Date.parse(`${day}T00:00Z`);
}

function midnightOf(localMs: number): number {
  return Math.floor(localMs / DAY_MS) * DAY_MS;
}
