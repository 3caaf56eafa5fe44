import { MONITOR_FEED_LIMITS, type SqlRow, type Transaction } from "#runtime";

/** When each monitor's newest request was made, so that none is answered twice (TP-FEED-13). */
export const FEED_ASKED_SQL = `
CREATE TABLE monitor_feed_asked (
  monitor TEXT PRIMARY KEY,
  made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** A request of a monitor that was proven. */
export interface FeedAsked {
  readonly monitor: string;
  /** Milliseconds since 1970, by the monitor. */
  readonly madeAtMs: number;
  /** Number of the first message that it lacks, and how many at most. */
  readonly first: number;
  readonly count: number;
}

/** What of a chain answers a request. */
export type FeedAnswer =
  /** Encoded MonitorFeed, as they were sent; `newest`: number of the newest one of the chain. */
  | { readonly type: "page"; readonly feeds: readonly Uint8Array[]; readonly newest: number }
  /** One that was made then or later was answered before. */
  | { readonly type: "repeated" }
  /** The chain has not come so far. */
  | { readonly type: "ahead"; readonly newest: number }
  /** The first of them is not kept any more. */
  | { readonly type: "gone"; readonly oldest: number };

/** Reads a page of one chain, once for each request (TP-FEED-13, TP-FEED-14). */
export async function answerFeedAsked(tx: Transaction, asked: FeedAsked): Promise<FeedAnswer> {
  const { count, first, madeAtMs, monitor } = asked;
  const noted = await tx.run(
    `INSERT INTO monitor_feed_asked (monitor, made_at) VALUES (?, ?)
     ON CONFLICT (monitor) DO UPDATE SET made_at = excluded.made_at
       WHERE monitor_feed_asked.made_at < excluded.made_at`,
    monitor,
    madeAtMs,
  );
  if (noted === 0) return { type: "repeated" };
  const ends = await tx.get<SqlRow & { oldest: number | null; newest: number | null }>(
    "SELECT MIN(number) AS oldest, MAX(number) AS newest FROM monitor_feed WHERE monitor = ?",
    monitor,
  );
  const newest = ends?.newest ?? 0;
  const oldest = ends?.oldest ?? 1;
  if (first > newest + 1) return { type: "ahead", newest };
  if (first < oldest) return { type: "gone", oldest };
  return { type: "page", feeds: await feedsFrom(tx, monitor, { first, count }), newest };
}

/** One after the other, so that no more is read than goes into a page. */
async function feedsFrom(
  tx: Transaction,
  monitor: string,
  { count, first }: Pick<FeedAsked, "count" | "first">,
): Promise<Uint8Array[]> {
  const feeds: Uint8Array[] = [];
  let bytes = 0;
  for (let number = first; number < first + count; number += 1) {
    const row = await tx.get<SqlRow & { feed: Uint8Array }>(
      "SELECT feed FROM monitor_feed WHERE monitor = ? AND number = ?",
      monitor,
      number,
    );
    bytes += row?.feed.length ?? 0;
    const isFull = feeds.length > 0 && bytes > MONITOR_FEED_LIMITS.pageBytesMax;
    if (row === undefined || isFull) break;
    feeds.push(row.feed);
  }
  return feeds;
}
