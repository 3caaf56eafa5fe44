import type { StatisticsRelease } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import type { SafeTable } from "#statistics";
import { appendFeed } from "./feed-chain.ts";

/** A release as it is to be kept, and whom it is fed to. */
export interface NewRelease {
  readonly release: StatisticsRelease;
  readonly safe: readonly SafeTable[];
  readonly monitors: readonly string[];
  readonly registerVersion: number;
  readonly nowMs: number;
}

/** What a release is made safe with. */
export interface EarlierReleases {
  /** It was made before: nothing is to be done. */
  readonly isMade: boolean;
  readonly tables: readonly SafeTable[];
}

interface ReleaseRow extends SqlRow {
  body: string;
  period: string;
  vintage: number;
  safe: string;
}

/**
 * The last day of the calendar whose releases were all made; before the first one, `day`, which is
 * kept: what was due up to it is not released.
 */
export async function releasedUntil(
  tx: Transaction,
  { day }: { readonly day: string },
): Promise<string> {
  const sql = "INSERT INTO monitor_calendar VALUES (1, ?) ON CONFLICT (only_row) DO NOTHING";
  await tx.run(sql, day);
  const row = await tx.get<SqlRow & { last_day: string }>("SELECT last_day FROM monitor_calendar");
  return row?.last_day ?? day;
}

/** All releases up to this day of the calendar are made. */
export async function noteReleasedUntil(
  tx: Transaction,
  { day }: { readonly day: string },
): Promise<void> {
  await tx.run("UPDATE monitor_calendar SET last_day = ? WHERE last_day < ?", day, day);
}

/** What was released of these bodies before, of the period, of those within it and around it. */
export async function earlierReleases(
  tx: Transaction,
  about: {
    readonly body: string;
    readonly bodies: readonly string[];
    readonly status: number;
    readonly period: string;
    readonly vintage: number;
  },
): Promise<EarlierReleases> {
  const { bodies, body, period, status, vintage } = about;
  const rows = await tx.all<ReleaseRow>(
    `SELECT body, period, vintage, safe FROM monitor_release WHERE status = ?
       AND (substr(period, 1, ?) = ? OR substr(?, 1, length(period)) = period) ORDER BY id`,
    ...[status, period.length, period, period],
  );
  const isMade = rows.some((row) => {
    return row.body === body && row.period === period && row.vintage === vintage;
  });
  const tables = rows
    .filter((row) => bodies.includes(row.body))
    .flatMap(({ safe }) => JSON.parse(safe) as SafeTable[]);
  return { isMade, tables };
}

/** Keeps a release and feeds it to the monitors of its body, once, in one transaction. */
export async function keepRelease(
  tx: Transaction,
  { monitors, nowMs, registerVersion, release, safe }: NewRelease,
): Promise<void> {
  const { body, period, status, vintage } = release;
  const kept = await tx.get(
    `INSERT INTO monitor_release (body, status, period, vintage, safe) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (body, status, period, vintage) DO NOTHING RETURNING id`,
    ...[body, status, period, vintage, JSON.stringify(safe)],
  );
  if (kept === undefined) return;
  for (const monitor of monitors) {
    const content = { $case: "release", value: release } as const;
    await appendFeed(tx, { monitor, nowMs, registerVersion, content });
  }
}
