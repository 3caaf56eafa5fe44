import { isCalendarDate } from "#runtime";
import type { FindingList } from "../finding-list.ts";

/** What is dated by the calendar of the easternmost time zone is not in the future. */
const EASTERNMOST_MS = 14 * 60 * 60 * 1_000;

/** Refuses a date that is none, or that lies ahead in every time zone; an empty one is let be. */
export function checkPastDate(
  date: string,
  field: string,
  atMs: number | undefined,
  found: FindingList,
): void {
  if (date === "") return;
  found.demand(isCalendarDate(date), field, "notADate");
  if (atMs === undefined || !isCalendarDate(date)) return;
  const latest = new Date(atMs + EASTERNMOST_MS).toISOString().slice(0, date.length);
  found.demand(date <= latest, field, "inTheFuture");
}
