import { PeriodLength } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { ALL_STATES } from "../ingest/count-event.ts";
import { hourOf, periodAt } from "../periods.ts";
import type { ReadGroup } from "./read-sums.ts";

/** What is known of the time that was fed, and who was in it. */
export interface FedTime {
  /** Hours since 1970 from which to which something was told; null: nothing was. */
  readonly firstHour: number | null;
  readonly endHour: number | null;
  /** Each State that was ever named as a sender, and the month in which it first was. */
  readonly firstStarts: ReadonlyMap<string, number>;
  /** Of each period, how many of the States of its group have a record in it. */
  readonly reporting: ReadonlyMap<number, number>;
  /** Of each period of a year, in how many of its months any of them has one. */
  readonly months: ReadonlyMap<number, number>;
}

/** The periods it is read for. */
interface FedQuestion {
  readonly status: number;
  readonly length: PeriodLength;
  readonly groups: readonly ReadGroup[];
}

/** Reads it for the periods of a question (TP-MON-14). */
export async function readFedTime(tx: Transaction, question: FedQuestion): Promise<FedTime> {
  const { length, status } = question;
  const row = await tx.get<SqlRow & { first: number | null; newest: number | null }>(
    `SELECT (SELECT min(hour) FROM monitor_event) AS first,
       (SELECT made_at FROM monitor_feed ORDER BY number DESC LIMIT 1) AS newest`,
  );
  const seen = await tx.all<SqlRow & { state: string; first: number }>(
    `SELECT state, min(start) AS first FROM monitor_reporting
     WHERE status = ? AND length = ? GROUP BY state ORDER BY state`,
    ...[status, PeriodLength.MONTH],
  );
  const newest = row?.newest ?? null;
  return {
    firstHour: row?.first ?? null,
    endHour: newest === null ? null : hourOf(newest),
    firstStarts: new Map(seen.map(({ first, state }) => [state, first])),
    reporting: await reportingIn(tx, question),
    months: length === PeriodLength.YEAR ? await monthsIn(tx, question) : new Map(),
  };
}

/** By the hour nothing is kept of a State: who has a record on that day counts. */
async function reportingIn(
  tx: Transaction,
  { groups, length, status }: FedQuestion,
): Promise<Map<number, number>> {
  const kept = length === PeriodLength.HOUR ? PeriodLength.DAY : length;
  const reporting = new Map<number, number>();
  for (const { starts, states } of groups) {
    const around = new Map(starts.map((start) => [start, periodAt(kept, start).start]));
    const rows = await tx.all<SqlRow & { start: number; states: number }>(
      `SELECT start, count(*) AS states FROM monitor_reporting
       WHERE status = ? AND length = ?
         AND start IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
         AND (? = 1 OR state IN (SELECT value FROM json_each(?)))
       GROUP BY start`,
      ...[status, kept, JSON.stringify([...new Set(around.values())])],
      ...[isOfAll(states), JSON.stringify(states)],
    );
    const counts = new Map(rows.map((one) => [one.start, one.states]));
    for (const [start, kept] of around) reporting.set(start, counts.get(kept) ?? 0);
  }
  return reporting;
}

async function monthsIn(
  tx: Transaction,
  { groups, status }: FedQuestion,
): Promise<Map<number, number>> {
  const months = new Map<number, number>();
  for (const { starts, states } of groups) {
    for (const start of starts) {
      const row = await tx.get<SqlRow & { months: number }>(
        `SELECT count(DISTINCT start) AS months FROM monitor_reporting
         WHERE status = ? AND length = ? AND start >= ? AND start < ?
           AND (? = 1 OR state IN (SELECT value FROM json_each(?)))`,
        ...[status, PeriodLength.MONTH, start, periodAt(PeriodLength.YEAR, start).end],
        ...[isOfAll(states), JSON.stringify(states)],
      );
      months.set(start, row?.months ?? 0);
    }
  }
  return months;
}

function isOfAll(states: readonly string[]): 0 | 1 {
  return states.includes(ALL_STATES) ? 1 : 0;
}
