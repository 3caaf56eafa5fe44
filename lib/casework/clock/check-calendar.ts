import { CLOCK_LIMITS, isCalendarDate } from "#runtime";
import { WEEKDAYS, type WorkingCalendar } from "./working-calendar.ts";
import { openZone } from "./zone.ts";

/** One wrong field of a calendar. */
export interface CalendarProblem {
  readonly field: string;
  readonly rule: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Everything that is wrong with a calendar; nothing for one that can be reckoned with. */
export function checkCalendar({ timeZone, weekend, holidays }: WorkingCalendar): CalendarProblem[] {
  const problems: CalendarProblem[] = [];
  if (openZone(timeZone) === undefined) {
    const rule = "is no time zone of the IANA database";
    problems.push({ field: "timeZone", rule, remedy: "Give a name such as Europe/Vienna." });
  }
  if (new Set(weekend).size >= WEEKDAYS.length) {
    const rule = "leaves no working day";
    problems.push({ field: "weekend", rule, remedy: "Leave out the days on which you work." });
  }
  if (holidays.length > CLOCK_LIMITS.holidaysMax) {
    const rule = `has more than ${CLOCK_LIMITS.holidaysMax} dates`;
    problems.push({ field: "holidays", rule, remedy: "Leave out the years that are over." });
    return problems;
  }
  for (const [at, date] of holidays.entries()) {
    if (isCalendarDate(date)) continue;
    const remedy = "Write it as 2026-12-25.";
    problems.push({ field: `holidays.${at}`, rule: "is no calendar date", remedy });
  }
  return problems;
}
