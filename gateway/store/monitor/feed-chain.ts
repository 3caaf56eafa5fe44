import { MonitorFeed } from "#proto";
import { MONITOR_FEED_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { encodeMessage, sha256, toTimestamp } from "#wire";

/** What is fed next to a monitor. */
export interface FeedDraft {
  readonly monitor: string;
  readonly nowMs: number;
  /** Version of the register that was asked who may see it. */
  readonly registerVersion: number;
  readonly content: NonNullable<MonitorFeed["content"]>;
}

/** A feed message as it is kept. */
export interface StoredFeed {
  readonly monitor: string;
  readonly number: number;
  /** Encoded MonitorFeed. */
  readonly feed: Uint8Array;
}

interface FeedRow extends SqlRow {
  monitor: string;
  number: number;
  digest: Uint8Array;
  feed: Uint8Array;
}

/**
 * Adds a message to the chain of a monitor, in the transaction that what is in it is counted in
 * (TP-FEED-8). Gives its number.
 */
export async function appendFeed(tx: Transaction, draft: FeedDraft): Promise<number> {
  const { content, monitor, nowMs, registerVersion } = draft;
  const last = await tx.get<FeedRow>(
    "SELECT number, digest FROM monitor_feed WHERE monitor = ? ORDER BY number DESC LIMIT 1",
    monitor,
  );
  const number = (last?.number ?? 0) + 1;
  const feed = encodeMessage(
    MonitorFeed,
    MonitorFeed.create({
      ...{ monitor, number: BigInt(number), content },
      previousDigest: last?.digest ?? new Uint8Array(),
      madeAt: toTimestamp(nowMs),
      registerVersion: BigInt(registerVersion),
    }),
  );
  await tx.write(
    `INSERT INTO monitor_feed (monitor, number, digest, feed, made_at, is_pushed)
     VALUES (?, ?, ?, ?, ?, 0)`,
    ...[monitor, number, sha256(feed), feed, nowMs],
  );
  return number;
}

/** The next messages that were never put on their way, of each monitor in its order (TP-FEED-9). */
export async function unpushedFeeds(
  tx: Transaction,
  { monitors }: { readonly monitors: readonly string[] },
): Promise<StoredFeed[]> {
  const found: StoredFeed[] = [];
  for (const monitor of monitors) {
    const rows = await tx.all<FeedRow>(
      `SELECT monitor, number, feed FROM monitor_feed
       WHERE monitor = ? AND is_pushed = 0 ORDER BY number LIMIT ?`,
      monitor,
      MONITOR_FEED_LIMITS.pushMax,
    );
    found.push(...rows);
  }
  return found;
}

/** How much of a chain was never put on its way. */
export interface FeedBacklog {
  readonly monitor: string;
  readonly messages: number;
}

/** What waits of each chain, of those where anything does (TP-WATCH-12). */
export async function feedBacklog(tx: Transaction, _args: unknown): Promise<FeedBacklog[]> {
  return await tx.all<SqlRow & FeedBacklog>(
    `SELECT monitor, count(*) AS messages FROM monitor_feed WHERE is_pushed = 0
     GROUP BY monitor ORDER BY monitor`,
  );
}

/** The carrier has a message: it is not put on its way again. */
export async function noteFeedPushed(
  tx: Transaction,
  { monitor, number }: { readonly monitor: string; readonly number: number },
): Promise<void> {
  await tx.run(
    "UPDATE monitor_feed SET is_pushed = 1 WHERE monitor = ? AND number = ?",
    monitor,
    number,
  );
}

/** Lets go of what is older than a year; the last of each chain stays, for the next one. */
export async function trimFeeds(
  tx: Transaction,
  { nowMs }: { readonly nowMs: number },
): Promise<void> {
  await tx.run(
    `DELETE FROM monitor_feed WHERE made_at < ? AND number <
       (SELECT MAX(number) FROM monitor_feed AS last WHERE last.monitor = monitor_feed.monitor)`,
    nowMs - MONITOR_FEED_LIMITS.keptMs,
  );
}
