import { type Problem, problemOf } from "#http";
import { isCalendarDate } from "#runtime";

/** Why a day on which a letter left or came is none: one that has begun somewhere on earth. */
export function dayProblem(field: string, day: string, nowMs: number): Problem | undefined {
  const latest = new Date(nowMs + EASTERNMOST_MS).toISOString().slice(0, day.length);
  const rule = isCalendarDate(day) ? "must not lie in the future" : "must be a day of the calendar";
  if (isCalendarDate(day) && day <= latest) return undefined;
  return problemOf("INPUT_INVALID", { problems: [{ field, rule }] });
}

const EASTERNMOST_MS = 14 * 60 * 60 * 1_000;
