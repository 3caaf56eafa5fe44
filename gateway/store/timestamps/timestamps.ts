import { parseCheckpoint, rootAt } from "#message-log";
import { EntryKind, type LogEntry } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { verifyTimestampToken } from "#timestamps";
import { equalBytes, GATEWAY_SENDER, sha256 } from "#wire";
import { entryAt } from "../log-check/entry-at.ts";
import { logDigest } from "../log-statements.ts";

/** A token over a checkpoint, as it is kept. */
export interface KeptTimestamp {
  /** Its own place in the log. */
  readonly logIndex: number;
  /** Where it was asked for. */
  readonly url: string;
  /** Entries under the checkpoint. */
  readonly size: number;
  /** The note that was stamped, to the byte. */
  readonly checkpoint: string;
  /** DER, as the authority gave it. */
  readonly token: Uint8Array;
  /** DER of the root certificate that it was verified under. */
  readonly root: Uint8Array;
  /** The time in it, in milliseconds since 1970. */
  readonly stampedAtMs: number;
}

interface TimestampRow extends SqlRow {
  log_index: number;
  url: string;
  size: number;
  checkpoint: string;
  token: Uint8Array;
  root: Uint8Array;
  stamped_at: number;
}

const keptOf = ({ log_index: logIndex, stamped_at: stampedAtMs, ...row }: TimestampRow) => {
  const { checkpoint, root, size, token, url } = row;
  return { logIndex, url, size, checkpoint, token, root, stampedAtMs };
};

/** Keeps a token and enters it in the log; null when there is one of this size already. */
export async function keepTimestamp(
  tx: Transaction,
  kept: Omit<KeptTimestamp, "logIndex"> & {
    readonly nowMs: number;
    readonly registerVersion: number;
  },
): Promise<{ readonly size: number; readonly rootHash: Uint8Array } | null> {
  const { checkpoint, nowMs, registerVersion, root, size, stampedAtMs, token, url } = kept;
  const sql = "SELECT log_index FROM log_timestamp WHERE url = ? AND size = ?";
  if ((await tx.get(sql, url, size)) !== undefined) return null;
  const about = { kind: EntryKind.TIME_STAMP, sender: GATEWAY_SENDER, digest: sha256(token) };
  const log = await logDigest(tx, { ...about, nowMs, registerVersion });
  await tx.run(
    "INSERT INTO log_timestamp VALUES (?, ?, ?, ?, ?, ?, ?)",
    log.firstIndex,
    url,
    size,
    checkpoint,
    token,
    root,
    stampedAtMs,
  );
  return { size: log.size, rootHash: log.rootHash };
}

/** The newest tokens, or those before a place in the log. */
export async function listTimestamps(
  tx: Transaction,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<KeptTimestamp[]> {
  const sql = "SELECT * FROM log_timestamp WHERE log_index < ? ORDER BY log_index DESC LIMIT ?";
  const rows = await tx.all<TimestampRow>(sql, before ?? Number.MAX_SAFE_INTEGER, limit);
  return rows.map(keptOf);
}

/** The newest token of each address that was ever asked. */
export async function newestTimestamps(tx: Transaction): Promise<KeptTimestamp[]> {
  const rows = await tx.all<TimestampRow>(
    `SELECT * FROM log_timestamp
     WHERE log_index IN (SELECT max(log_index) FROM log_timestamp GROUP BY url)`,
  );
  return rows.map(keptOf);
}

/** For each of some entries the earliest token of each address that covers it; at most `most`. */
export async function earliestTimestamps(
  tx: Transaction,
  indices: readonly number[],
  most: number,
): Promise<KeptTimestamp[]> {
  const found = new Map<number, KeptTimestamp>();
  let coveredTo = 0;
  for (const index of indices.toSorted((one, other) => one - other)) {
    // Whatever covers an entry first covers those up to its size first too.
    if (index < coveredTo || found.size >= most) continue;
    const rows = await tx.all<TimestampRow>(
      `SELECT t.* FROM log_timestamp t JOIN
         (SELECT url, min(size) AS size FROM log_timestamp WHERE size > ? GROUP BY url) f
       ON t.url = f.url AND t.size = f.size`,
      index,
    );
    if (rows.length === 0) break;
    for (const row of rows) found.set(row.log_index, keptOf(row));
    coveredTo = Math.min(...rows.map(({ size }) => size));
  }
  return [...found.values()].slice(0, most);
}

/** What is wrong with the token that an entry of the log is about (TP-STAMP-5, TP-LOG-15). */
export async function timestampProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
): Promise<string | undefined> {
  const sql = "SELECT * FROM log_timestamp WHERE log_index = ?";
  const row = await tx.get<TimestampRow>(sql, index);
  const name = `the time-stamp of entry ${index}`;
  if (row === undefined) return `${name} is not kept`;
  if (!equalBytes(sha256(row.token), entry.headerDigest)) {
    return `${name} is not the one that was logged`;
  }
  const message = Buffer.from(row.checkpoint);
  const verified = verifyTimestampToken(row.token, { message, roots: [row.root] });
  if (!verified.ok) return `${name} does not hold: ${verified.why}`;
  if (verified.value.atMs !== row.stamped_at)
    return `${name} has another time than it is kept with`;
  const head = parseCheckpoint(row.checkpoint);
  const isOfLog = head?.size === row.size && head.size <= index;
  if (!isOfLog || !equalBytes(head.rootHash, await rootAt(tx, row.size))) {
    return `${name} is over a checkpoint that is not of this log`;
  }
  return undefined;
}

/** Tokens between two places of the log that no entry is about. */
export async function strayTimestamps(
  tx: Transaction,
  first: number,
  until: number,
): Promise<string[]> {
  const rows = await tx.all<SqlRow & { log_index: number }>(
    "SELECT log_index FROM log_timestamp WHERE log_index >= ? AND log_index < ?",
    first,
    until,
  );
  const problems: string[] = [];
  for (const { log_index: index } of rows) {
    const entry = await entryAt(tx, index);
    if (entry?.kind === EntryKind.TIME_STAMP) continue;
    problems.push(`the time-stamp of entry ${index} was never logged`);
  }
  return problems;
}
