import type { SqlRow, Transaction } from "#runtime";

/** How far the feed has come, and what was wrong with it. */
export interface FeedStatus {
  /** Number of the newest message; 0: none. */
  readonly number: number;
  /** When the gateway made the first and the newest one, milliseconds since 1970. */
  readonly firstMadeAtMs: number | null;
  readonly newestMadeAtMs: number | null;
  /** Events that were counted, and those that were not. */
  readonly counted: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Days whose counts were compared, and those of them that differ. */
  readonly daysCompared: number;
  readonly daysDiffering: number;
  readonly releases: number;
  readonly ledgers: number;
}

interface StatusRow extends SqlRow {
  number: number | null;
  first_at: number | null;
  newest_at: number | null;
  counted: number | null;
  compared: number;
  differing: number;
  releases: number;
  ledgers: number;
}

/** Reads it. */
export async function feedStatus(tx: Transaction, _args: unknown): Promise<FeedStatus> {
  const row = await tx.get<StatusRow>(
    `SELECT (SELECT max(number) FROM monitor_feed) AS number,
       (SELECT made_at FROM monitor_feed WHERE number = 1) AS first_at,
       (SELECT made_at FROM monitor_feed ORDER BY number DESC LIMIT 1) AS newest_at,
       (SELECT sum(counted) FROM monitor_feed) AS counted,
       (SELECT count(*) FROM monitor_day) AS compared,
       (SELECT count(*) FROM monitor_day WHERE differences <> '[]') AS differing,
       (SELECT count(*) FROM monitor_release) AS releases,
       (SELECT count(*) FROM monitor_ledger) AS ledgers`,
  );
  const refused = await tx.all<SqlRow & { code: string; total: number }>(
    "SELECT code, total FROM monitor_refusal ORDER BY code",
  );
  return {
    number: row?.number ?? 0,
    firstMadeAtMs: row?.first_at ?? null,
    newestMadeAtMs: row?.newest_at ?? null,
    counted: row?.counted ?? 0,
    refused: Object.fromEntries(refused.map(({ code, total }) => [code, total])),
    daysCompared: row?.compared ?? 0,
    daysDiffering: row?.differing ?? 0,
    releases: row?.releases ?? 0,
    ledgers: row?.ledgers ?? 0,
  };
}
