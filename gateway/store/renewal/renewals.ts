import type { RenewalDigest } from "#message-log";
import { EntryKind, type LogEntry } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { equalBytes, GATEWAY_SENDER, sha256 } from "#wire";
import { logDigest } from "../log-statements.ts";
import { rehashedRoot, rehashedSize } from "./second-tree.ts";

/** A renewal as it is kept. */
export interface KeptRenewal {
  readonly number: number;
  /** Encoded LogRenewal, and SignedLogRenewal. */
  readonly bytes: Uint8Array;
  readonly signed: Uint8Array;
  readonly digest: RenewalDigest;
  readonly size: number;
  readonly renewedAtMs: number;
  readonly logIndex: number;
}

/** A row of `log_renewal`. */
interface RenewalRow extends SqlRow {
  number: number;
  renewal: Uint8Array;
  signed: Uint8Array;
  digest: RenewalDigest;
  size: number;
  renewed_at: number;
  log_index: number;
}

/** All renewals, the first one first: one in some years. */
export async function listRenewals(tx: Transaction): Promise<KeptRenewal[]> {
  const rows = await tx.all<RenewalRow>("SELECT * FROM log_renewal ORDER BY number");
  return rows.map(({ log_index: logIndex, renewal: bytes, renewed_at: renewedAtMs, ...row }) => {
    const { digest, number, signed, size } = row;
    return { number, bytes, signed, digest, size, renewedAtMs, logIndex };
  });
}

/** How far the second tree has come, and its root at a size that it has reached. */
export async function rehashed(
  tx: Transaction,
  { digest, size }: { readonly digest: RenewalDigest; readonly size: number },
): Promise<{ readonly size: number; readonly root: Uint8Array | null }> {
  const reached = await rehashedSize(tx, digest);
  const isThere = size > 0 && size <= reached;
  return { size: reached, root: isThere ? await rehashedRoot(tx, digest, size) : null };
}

/** Keeps the next renewal and enters it in the log; null when it is not the next. */
export async function keepRenewal(
  tx: Transaction,
  kept: Omit<KeptRenewal, "logIndex"> & { readonly registerVersion: number },
): Promise<{ readonly size: number; readonly rootHash: Uint8Array } | null> {
  const sql = "SELECT max(number) AS newest FROM log_renewal";
  const row = await tx.get<SqlRow & { newest: number | null }>(sql);
  if ((row?.newest ?? 0) + 1 !== kept.number) return null;
  const { bytes, registerVersion, renewedAtMs: nowMs } = kept;
  const about = { kind: EntryKind.RENEWAL, sender: GATEWAY_SENDER, digest: sha256(bytes) };
  const log = await logDigest(tx, { ...about, nowMs, registerVersion });
  await tx.run(
    "INSERT INTO log_renewal VALUES (?, ?, ?, ?, ?, ?, ?)",
    kept.number,
    bytes,
    kept.signed,
    kept.digest,
    kept.size,
    nowMs,
    log.firstIndex,
  );
  return { size: log.size, rootHash: log.rootHash };
}

/** What is wrong with the renewal that an entry of the log is about (TP-LOG-15). */
export async function renewalProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
): Promise<string | undefined> {
  const sql = "SELECT number, renewal FROM log_renewal WHERE log_index = ?";
  const row = await tx.get<SqlRow & { number: number; renewal: Uint8Array }>(sql, index);
  if (row === undefined) return `the renewal of entry ${index} is not kept`;
  const isThat = equalBytes(sha256(row.renewal), entry.headerDigest);
  return isThat
    ? undefined
    : `renewal ${row.number} (entry ${index}) is not the one that was logged`;
}
