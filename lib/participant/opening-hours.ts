import { openZone } from "#casework";
import type { WorkingCalendar } from "#proto";

/**
 * Whether a participant works at a time, by its own calendar: no day of rest, no holiday, within
 * its hours. Without a calendar it works at any time; undefined when its zone is not known here.
 */
export function isOpenAt(
  calendar: WorkingCalendar | undefined,
  nowMs: number,
): boolean | undefined {
  if (calendar === undefined) return true;
  const { closes, holidays, opens, restDays, timeZone } = calendar;
  const local = localTime(timeZone, nowMs);
  if (local === undefined) return undefined;
  if (restDays.includes(local.weekday) || holidays.includes(local.date)) return false;
  return opens === "" || (opens <= local.time && local.time < closes);
}

function localTime(timeZone: string, nowMs: number) {
  const localMs = openZone(timeZone)?.localOf(nowMs);
  if (localMs === undefined) return undefined;
  const local = new Date(localMs);
  const [date = "", clock = ""] = local.toISOString().split("T");
  return { date, time: clock.slice(0, "HH:MM".length), weekday: local.getUTCDay() || 7 };
}
