import type { SqlRow, Transaction } from "#runtime";

/**
 * What a witness keeps: for each log the checkpoint it has cosigned last, and pairs of checkpoints
 * that prove a log false, for ever.
 */
export const WITNESS_MIGRATION_SQL = `
CREATE TABLE witnessed (
  origin TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  root_hash BLOB NOT NULL,
  note TEXT NOT NULL,
  cosigned_at INTEGER NOT NULL
) STRICT;
CREATE TABLE conflict (
  id INTEGER PRIMARY KEY,
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  kept TEXT NOT NULL,
  other TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  UNIQUE (origin, size, other)
) STRICT;
`;

/** Logs that another has succeeded: nothing of them is cosigned any more (TP-SUCC-8). */
export const WITNESS_ENDED_MIGRATION_SQL = `
CREATE TABLE ended (
  origin TEXT PRIMARY KEY,
  succeeded_by TEXT NOT NULL,
  ended_at INTEGER NOT NULL
) STRICT;
`;

/** Pairs of one log that are kept; one is proof enough. */
const CONFLICTS_MAX = 100;

/** A checkpoint as it was cosigned last. */
export interface Witnessed {
  readonly size: number;
  readonly rootHash: Uint8Array;
  /** With the lines of the log and of the witness. */
  readonly note: string;
}

/** Two signed checkpoints of one log that cannot both be true. */
export interface Conflict {
  readonly size: number;
  readonly kept: string;
  readonly other: string;
  readonly seenAtMs: number;
}

interface WitnessedRow extends SqlRow {
  size: number;
  root_hash: Uint8Array;
  note: string;
}

/** What was cosigned last of a log; null before the first. */
async function lastWitnessed(tx: Transaction, origin: string): Promise<Witnessed | null> {
  const row = await tx.get<WitnessedRow>("SELECT * FROM witnessed WHERE origin = ?", origin);
  return row === undefined ? null : { size: row.size, rootHash: row.root_hash, note: row.note };
}

/**
 * Keeps a checkpoint in the place of the one of `oldSize`, unless another was kept meanwhile: then
 * nothing changes, and its size is given (TP-LOG-18). Null: it is kept.
 */
async function keepWitnessed(
  tx: Transaction,
  args: Witnessed & { readonly origin: string; readonly oldSize: number; readonly nowMs: number },
): Promise<number | null> {
  const { nowMs, note, oldSize, origin, rootHash, size } = args;
  const last = await lastWitnessed(tx, origin);
  if ((last?.size ?? 0) !== oldSize) return last?.size ?? 0;
  await tx.run(
    `INSERT INTO witnessed VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET
       size = excluded.size, root_hash = excluded.root_hash, note = excluded.note,
       cosigned_at = excluded.cosigned_at`,
    origin,
    size,
    rootHash,
    note,
    nowMs,
  );
  return null;
}

/** Keeps two checkpoints of one size with two roots; says whether they were not kept before. */
async function keepConflict(
  tx: Transaction,
  args: { origin: string; size: number; kept: string; other: string; nowMs: number },
): Promise<boolean> {
  const { kept, nowMs, origin, other, size } = args;
  const row = await tx.get<{ n: number }>(
    "SELECT count(*) AS n FROM conflict WHERE origin = ?",
    origin,
  );
  if ((row?.n ?? 0) >= CONFLICTS_MAX) return false;
  const added = await tx.run(
    `INSERT INTO conflict (origin, size, kept, other, seen_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    origin,
    size,
    kept,
    other,
    nowMs,
  );
  return added > 0;
}

/** Every pair kept, of every log ever watched, the first one first. */
async function listConflicts(tx: Transaction): Promise<Conflict[]> {
  const rows = await tx.all<{ size: number; kept: string; other: string; seen_at: number }>(
    "SELECT size, kept, other, seen_at FROM conflict ORDER BY id",
  );
  return rows.map(({ seen_at: seenAtMs, ...pair }) => ({ ...pair, seenAtMs }));
}

/** Names of the logs of which something was cosigned, also of those that have ended. */
async function witnessedOrigins(tx: Transaction): Promise<string[]> {
  const rows = await tx.all<{ origin: string }>("SELECT origin FROM witnessed");
  return rows.map(({ origin }) => origin);
}

/** The log that was watched last, and those that have ended. */
export interface WatchedBefore {
  /** Of the newest cosignature; null before the first. */
  readonly origin: string | null;
  readonly ended: readonly string[];
}

/** Which logs were watched before. */
async function watchedBefore(tx: Transaction): Promise<WatchedBefore> {
  const ended = await tx.all<{ origin: string }>("SELECT origin FROM ended");
  const last = await tx.get<{ origin: string }>(
    `SELECT origin FROM witnessed WHERE origin NOT IN (SELECT origin FROM ended)
     ORDER BY cosigned_at DESC LIMIT 1`,
  );
  return { origin: last?.origin ?? null, ended: ended.map(({ origin }) => origin) };
}

/** How far a witness has come, and whether it has proof against a log. */
export interface WitnessGlance {
  /** Log that was cosigned last, if it has not ended. */
  readonly origin: string | null;
  /** Entries of the checkpoint that was cosigned last; 0: none. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly cosignedAtMs: number | null;
  /** Pairs of signed checkpoints that cannot both be true. */
  readonly conflicts: number;
}

/** Reads it. */
async function witnessGlance(tx: Transaction): Promise<WitnessGlance> {
  const { origin } = await watchedBefore(tx);
  const last = await tx.get<{ size: number; cosigned_at: number }>(
    "SELECT size, cosigned_at FROM witnessed WHERE origin = ?",
    origin ?? "",
  );
  const found = await tx.get<{ n: number }>("SELECT count(*) AS n FROM conflict");
  const { cosigned_at: cosignedAtMs = null, size = 0 } = last ?? {};
  return { origin, size, cosignedAtMs, conflicts: found?.n ?? 0 };
}

/** Notes that a log has ended, for good. */
async function endLog(
  tx: Transaction,
  args: { readonly origin: string; readonly succeededBy: string; readonly nowMs: number },
): Promise<void> {
  await tx.run(
    "INSERT INTO ended VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    args.origin,
    args.succeededBy,
    args.nowMs,
  );
}

/** What a witness does in its store (TP-LOG-18). */
export const WITNESS_PROCEDURES = {
  lastWitnessed,
  keepWitnessed,
  keepConflict,
  listConflicts,
  witnessedOrigins,
  watchedBefore,
  witnessGlance,
  endLog,
};

/** Those of them that only read. */
export const WITNESS_READ_ONLY = [
  "lastWitnessed",
  "listConflicts",
  "witnessedOrigins",
  "watchedBefore",
  "witnessGlance",
] as const;

/** The procedures, for the type of the open store. */
export type WitnessProcedures = typeof WITNESS_PROCEDURES;
