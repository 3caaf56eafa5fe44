/** How a log of this gateway began: with a statement of succession, or as the first (TP-SUCC-4). */
import { loadCheckpoint, loadLogHead, parseCheckpoint } from "#message-log";
import { EntryKind } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { equalBytes, sha256 } from "#wire";
import { entryAt } from "./log-check/entry-at.ts";
import { logDigest } from "./log-statements.ts";
import { keepChangedRegister, type RegisterToKeep } from "./registers.ts";

interface SuccessionRow extends SqlRow {
  digest: Uint8Array;
  statement: Uint8Array;
  succeeds_at: number;
}

/** What the store says of its log. */
export interface StoredLog {
  readonly size: number;
  /** As its newest checkpoint has it; null before the first. */
  readonly origin: string | null;
}

/** Size and name of the log in this store. */
export async function storedLog(tx: Transaction): Promise<StoredLog> {
  const { size } = await loadLogHead(tx);
  const note = await loadCheckpoint(tx);
  return { size, origin: (note && parseCheckpoint(note)?.origin) ?? null };
}

/** A statement as the first entry of a log names it. */
export interface StatementToKeep {
  /** SHA-256 of `statement`. */
  readonly digest: Uint8Array;
  /** Encoded SignedLogSuccession. */
  readonly statement: Uint8Array;
  readonly succeedsAtMs: number;
}

/**
 * Begins a log that succeeds another, in an empty store: its first entry is the statement, its
 * second the register that brings it, which is to be handed to everybody. Nothing in a store that
 * has entries.
 */
export async function beginLog(
  tx: Transaction,
  { register, statement }: { statement: StatementToKeep; register: RegisterToKeep },
): Promise<void> {
  if ((await loadLogHead(tx)).size > 0) return;
  const { digest, statement: bytes, succeedsAtMs } = statement;
  const { nowMs, version: registerVersion } = register;
  const about = { kind: EntryKind.LOG_SUCCESSION, sender: "", digest };
  await logDigest(tx, { ...about, nowMs, registerVersion });
  await tx.run("INSERT INTO log_succession VALUES (1, ?, ?, ?)", digest, bytes, succeedsAtMs);
  await keepChangedRegister(tx, register);
}

/** What is wrong with the statement that an entry is about (TP-LOG-15). */
export async function successionProblem(
  tx: Transaction,
  index: number,
  headerDigest: Uint8Array,
): Promise<string | undefined> {
  const row = await tx.get<SuccessionRow>("SELECT * FROM log_succession");
  const name = `the statement of succession (entry ${index})`;
  if (index !== 0) return `${name} is not the first entry`;
  if (row === undefined) return `${name} is not kept`;
  const isThat =
    equalBytes(row.digest, headerDigest) && equalBytes(sha256(row.statement), headerDigest);
  return isThat ? undefined : `${name} is not the one that was logged`;
}

/** A statement that is kept and stands in no entry. */
export async function unloggedSuccession(tx: Transaction): Promise<string[]> {
  const row = await tx.get<SuccessionRow>("SELECT * FROM log_succession");
  if (row === undefined) return [];
  const entry = await entryAt(tx, 0);
  const isLogged =
    entry?.kind === EntryKind.LOG_SUCCESSION && equalBytes(entry.headerDigest, row.digest);
  return isLogged ? [] : ["the statement of succession was never logged"];
}
