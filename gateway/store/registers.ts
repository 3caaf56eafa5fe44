import { EntryKind } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { GATEWAY_SENDER } from "#wire";
import { logDigest } from "./log-statements.ts";
import { keepPins } from "./pins.ts";
import { loadEvidence, type StoredEvidence } from "./recall.ts";

/** A version as the gateway keeps it. */
export interface KeptRegister {
  readonly version: number;
  /** As it was published. */
  readonly register: Uint8Array;
  readonly takenAtMs: number;
  readonly takenBy: string;
  /** That it was logged; null for the one the gateway began with. */
  readonly evidence: StoredEvidence | null;
  /** Whether every participant was sent it once. */
  readonly isAnnounced: boolean;
}

interface RegisterRow extends SqlRow {
  version: number;
  register: Uint8Array;
  taken_at: number;
  taken_by: string;
  log_index: number | null;
  tree_size: number | null;
  announced: number;
}

/** What a version is kept and logged with. */
export interface RegisterToKeep {
  readonly version: number;
  readonly digest: Uint8Array;
  readonly register: Uint8Array;
  /** What is pinned once it is in force; null: nothing is. */
  readonly pins: Uint8Array | null;
  readonly nowMs: number;
  /** User who published it, or "file". */
  readonly by: string;
}

/** Keeps the version a fresh gateway begins with, unlogged: nothing has changed yet. */
export async function keepFirstRegister(tx: Transaction, first: RegisterToKeep): Promise<void> {
  const some = await tx.get("SELECT 1 FROM registers LIMIT 1");
  if (some !== undefined) return;
  await keepPins(tx, first.pins);
  await insert(tx, first, null, true);
}

/**
 * Keeps a version and enters it in the log, in one transaction (TP-RUN-2); the head is to be
 * signed. Null when this version or a later one is kept already.
 */
export async function recordRegister(
  tx: Transaction,
  change: RegisterToKeep,
): Promise<{ size: number; rootHash: Uint8Array; index: number } | null> {
  const newest = await tx.get<{ version: number | null }>(
    "SELECT max(version) AS version FROM registers",
  );
  if ((newest?.version ?? 0) >= change.version) return null;
  return await keepChangedRegister(tx, change);
}

/** Keeps and logs a version, which everybody is to be told of. */
export async function keepChangedRegister(
  tx: Transaction,
  change: RegisterToKeep,
): Promise<{ size: number; rootHash: Uint8Array; index: number }> {
  const { nowMs, version, digest } = change;
  const about = { kind: EntryKind.REGISTER_CHANGE, sender: GATEWAY_SENDER, digest };
  const logged = await logDigest(tx, { ...about, nowMs, registerVersion: version });
  const { firstIndex: index, rootHash, size } = logged;
  await keepPins(tx, change.pins);
  await insert(tx, change, { index, size }, false);
  return { size, rootHash, index };
}

/**
 * Keeps a version in force with a later word that it is the newest (TP-REG-3): nothing is logged,
 * as nothing has changed for anybody. Its participants are to be told of it.
 */
export async function freshenRegister(
  tx: Transaction,
  { pins, register, version }: Pick<RegisterToKeep, "pins" | "register" | "version">,
): Promise<void> {
  await keepPins(tx, pins);
  await tx.run("UPDATE registers SET register = ? WHERE version = ?", register, version);
}

async function insert(
  tx: Transaction,
  kept: RegisterToKeep,
  place: { readonly index: number; readonly size: number } | null,
  isAnnounced: boolean,
): Promise<void> {
  await tx.run(
    "INSERT INTO registers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    kept.version,
    kept.digest,
    kept.register,
    kept.nowMs,
    kept.by,
    place?.index ?? null,
    place?.size ?? null,
    isAnnounced ? 1 : 0,
  );
}

/** The newest version kept, or null in a fresh store. */
export async function newestRegister(tx: Transaction): Promise<KeptRegister | null> {
  return await readRegister(tx, "SELECT * FROM registers ORDER BY version DESC LIMIT 1");
}

/** One version, or null. */
export async function loadRegisterVersion(
  tx: Transaction,
  args: { version: number },
): Promise<KeptRegister | null> {
  return await readRegister(tx, "SELECT * FROM registers WHERE version = ?", args.version);
}

/** Notes that every participant was sent a version once. */
export async function registerAnnounced(tx: Transaction, args: { version: number }): Promise<void> {
  await tx.run("UPDATE registers SET announced = 1 WHERE version = ?", args.version);
}

async function readRegister(
  tx: Transaction,
  sql: string,
  ...params: number[]
): Promise<KeptRegister | null> {
  const row = await tx.get<RegisterRow>(sql, ...params);
  if (row === undefined) return null;
  const { log_index: index, tree_size: size } = row;
  return {
    version: row.version,
    register: row.register,
    takenAtMs: row.taken_at,
    takenBy: row.taken_by,
    evidence: index === null || size === null ? null : await loadEvidence(tx, index, size),
    isAnnounced: row.announced === 1,
  };
}
