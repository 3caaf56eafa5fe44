import { CHECK_LIMITS, type SqlRow, type Transaction } from "#runtime";
import type { PostLogEntry } from "./post-log.ts";

/** Tables of what posts asked, once it has come home. */
export const POST_LOG_MIGRATION_SQL = `
ALTER TABLE border_post ADD COLUMN log_key BLOB;
CREATE TABLE post_check (
  position INTEGER PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES border_post (post_id),
  n INTEGER NOT NULL,
  line TEXT NOT NULL,
  taken_at INTEGER NOT NULL,
  taken_by TEXT NOT NULL,
  UNIQUE (post_id, n)
) STRICT;
`;

/** What became of a log. */
export interface PostLogTaken {
  /** Entries that were new. */
  readonly taken: number;
  /** Entries that were there before, as they are. */
  readonly known: number;
  /** Entries that are there with another content: somebody has changed the log at the post. */
  readonly changed: number;
  /** Newest number that is there. */
  readonly newest: number;
  /** Numbers below it that never came. */
  readonly missing: number;
}

/** Appends a log, each entry once, whoever brings it how often (TP-CHECK-16). */
async function takePostLog(
  tx: Transaction,
  args: {
    readonly postId: string;
    readonly entries: readonly PostLogEntry[];
    readonly actor: string;
    readonly nowMs: number;
  },
): Promise<PostLogTaken> {
  const { actor, entries, nowMs, postId } = args;
  let taken = 0;
  let changed = 0;
  for (const { line, n } of entries) {
    const added = await tx.run(
      `INSERT INTO post_check (post_id, n, line, taken_at, taken_by) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      ...[postId, n, line, nowMs, actor],
    );
    taken += added;
    if (added > 0) continue;
    const there = await tx.get<{ line: string }>(
      "SELECT line FROM post_check WHERE post_id = ? AND n = ?",
      postId,
      n,
    );
    // One that was disposed of is known by its number alone (TP-PREC-5).
    changed += there?.line === line || there?.line === "" ? 0 : 1;
  }
  const all = await tx.get<{ count: number; newest: number | null }>(
    "SELECT count(*) AS count, max(n) AS newest FROM post_check WHERE post_id = ?",
    postId,
  );
  const newest = all?.newest ?? 0;
  const known = entries.length - taken - changed;
  return { taken, known, changed, newest, missing: newest - (all?.count ?? 0) };
}

/** What a post asked, as it came home. */
export interface PostCheck {
  readonly n: number;
  readonly line: string;
  readonly takenAtMs: number;
  readonly takenBy: string;
}

/** A page of what a post asked, the newest first. */
async function listPostLog(
  tx: Transaction,
  args: { readonly postId: string; readonly before: number; readonly limit: number },
): Promise<PostCheck[]> {
  const rows = await tx.all<SqlRow & { n: number; line: string; at: number; by: string }>(
    `SELECT n, line, taken_at AS at, taken_by AS "by" FROM post_check
     WHERE post_id = ? AND n < ? AND line <> '' ORDER BY n DESC LIMIT ?`,
    args.postId,
    args.before,
    Math.min(args.limit, CHECK_LIMITS.postLogEntriesMax),
  );
  return rows.map(({ at, by, line, n }) => ({ n, line, takenAtMs: at, takenBy: by }));
}

/** Public key a post signs its log with, raw; null when it has none or is not there. */
async function findPostLogKey(
  tx: Transaction,
  { postId }: { readonly postId: string },
): Promise<Uint8Array | null> {
  const row = await tx.get<{ log_key: Uint8Array | null }>(
    "SELECT log_key FROM border_post WHERE post_id = ?",
    postId,
  );
  return row?.log_key ?? null;
}

/** What a service's store does with the logs of posts. */
export const POST_LOG_PROCEDURES = { takePostLog, listPostLog, findPostLogKey };

/** Those of them that only read. */
export const POST_LOG_READ_ONLY = ["listPostLog", "findPostLogKey"] as const;
