import type { PeriodLength } from "#proto";
import { MONITOR_LIMITS, type SqlRow, type Transaction } from "#runtime";

/** Which releases are read. */
interface ReleaseQuestion {
  /** Code of the body they are for; empty: of any. */
  readonly body: string;
  readonly length: number;
  readonly status: number;
  readonly firstPeriod: string;
  readonly lastPeriod: string;
  /** Released by that day, `YYYY-MM-DD`. */
  readonly releasedBy: string;
}

/** A release as it is kept, without its tables. */
export interface ReleaseHead {
  readonly id: number;
  readonly body: string;
  readonly length: PeriodLength;
  readonly period: string;
  readonly status: number;
  readonly vintage: number;
  readonly releasedOn: string;
  readonly threshold: number;
  readonly statesExpected: number;
  readonly statesReporting: number;
}

interface HeadRow extends SqlRow {
  id: number;
  body: string;
  length: PeriodLength;
  period: string;
  status: number;
  vintage: number;
  released_on: string;
  threshold: number;
  states_expected: number;
  states_reporting: number;
}

/** Releases of periods with every vintage, by period, body and vintage. */
export async function readReleases(
  tx: Transaction,
  question: ReleaseQuestion,
): Promise<ReleaseHead[]> {
  const { body, firstPeriod, lastPeriod, length, releasedBy, status } = question;
  const rows = await tx.all<HeadRow>(
    `SELECT * FROM monitor_release
     WHERE (? = '' OR body = ?) AND length = ? AND status = ? AND period >= ? AND period <= ?
       AND released_on <= ?
     ORDER BY period, body, vintage LIMIT ?`,
    ...[body, body, length, status, firstPeriod, lastPeriod, releasedBy],
    MONITOR_LIMITS.pageMax,
  );
  return rows.map((row) => ({
    ...{ id: row.id, body: row.body, length: row.length, period: row.period, status: row.status },
    ...{ vintage: row.vintage, releasedOn: row.released_on, threshold: row.threshold },
    ...{ statesExpected: row.states_expected, statesReporting: row.states_reporting },
  }));
}

/** Tables of releases. */
export async function readReleaseTables(
  tx: Transaction,
  { ids }: { readonly ids: readonly number[] },
): Promise<{ release_id: number; name: string; content: Uint8Array }[]> {
  return await tx.all<SqlRow & { release_id: number; name: string; content: Uint8Array }>(
    `SELECT release_id, name, content FROM monitor_release_table
     WHERE release_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) ORDER BY release_id, name`,
    JSON.stringify(ids),
  );
}

/** Whether any release has a table of that name. */
export async function hasReleaseTable(
  tx: Transaction,
  { name }: { readonly name: string },
): Promise<boolean> {
  const found = await tx.get("SELECT 1 FROM monitor_release_table WHERE name = ? LIMIT 1", name);
  return found !== undefined;
}
