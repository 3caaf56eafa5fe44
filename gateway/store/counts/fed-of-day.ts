import type { DailyCountsShare } from "#proto";
import type { Transaction } from "#runtime";
import { monitorEventsDigest } from "#statistics";
import type { CountedDay } from "./count-day.ts";

/**
 * What a monitor was fed of the entries of a day (TP-COUNT-4): how many events, the digest over
 * theirs, and their counts. This gateway feeds no events, so that there is none of any day.
 */
export async function fedOfDay(
  _tx: Transaction,
  _monitor: string,
  _counted: CountedDay,
): Promise<Pick<DailyCountsShare, "counts" | "events" | "eventsDigest">> {
  return { events: 0n, eventsDigest: monitorEventsDigest([]), counts: [] };
}
