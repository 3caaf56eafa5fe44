import { hash } from "node:crypto";
import type { ActRow } from "#disposal";
import { EntryKind } from "#proto";
import { SEARCH_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { logDigest } from "../log-statements.ts";

/** A batch of acts, as it stands in the log. */
export interface BatchRow extends SqlRow {
  id: number;
  first_act: number;
  last_act: number;
  digest: Uint8Array;
  log_index: number;
  schedule_version: number;
  /** Null while its acts are here. */
  certificate: number | null;
}

/** The newest batch; undefined before the first. */
export async function newestBatch(tx: Transaction): Promise<BatchRow | undefined> {
  return await tx.get<BatchRow>("SELECT * FROM record_act_batch ORDER BY id DESC LIMIT 1");
}

/** Acts of a range of numbers, in their order. */
export async function actsBetween(tx: Transaction, first: number, last: number): Promise<ActRow[]> {
  return await tx.all<ActRow>(
    "SELECT * FROM record_act WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?",
    first,
    last,
    SEARCH_LIMITS.actsSealedMax + 1,
  );
}

/** SHA-256 of acts: for each a line of JSON with its columns in their order (TP-AUDIT-2). */
export function actsDigest(acts: readonly ActRow[]): Uint8Array {
  const lines = acts.map(({ action, actor, at, detail, id, reason, subject }) => {
    return `${JSON.stringify([id, at, actor, action, subject, detail, reason])}\n`;
  });
  return hash("sha256", lines.join(""), "buffer");
}

/** What was sealed: the log's head after it, and whether more acts wait. */
export interface SealedActs {
  readonly head: { readonly size: number; readonly rootHash: Uint8Array };
  readonly more: boolean;
}

/**
 * Puts the acts since the last batch into the log as one entry: their digest (TP-AUDIT-2). Null
 * when there are none.
 */
export async function sealActs(
  tx: Transaction,
  { nowMs, registerVersion }: { readonly nowMs: number; readonly registerVersion: number },
): Promise<SealedActs | null> {
  const before = await newestBatch(tx);
  const first = (before?.last_act ?? 0) + 1;
  const last = first + SEARCH_LIMITS.actsSealedMax - 1;
  const acts = await actsBetween(tx, first, last);
  const end = acts.at(-1);
  if (end === undefined) return null;
  const digest = actsDigest(acts);
  const scheduleVersion = await newestSchedule(tx);
  const about = { kind: EntryKind.AUDIT, sender: "", digest, scheduleVersion };
  const log = await logDigest(tx, { ...about, nowMs, registerVersion });
  await tx.run(
    `INSERT INTO record_act_batch (id, first_act, last_act, digest, log_index, schedule_version)
     VALUES (?, ?, ?, ?, ?, ?)`,
    (before?.id ?? 0) + 1,
    first,
    end.id,
    digest,
    log.firstIndex,
    scheduleVersion,
  );
  const { rootHash, size } = log;
  return { head: { size, rootHash }, more: acts.length === SEARCH_LIMITS.actsSealedMax };
}

/** Version of the schedule that acts are taken in under; 0 for the one that is built in. */
async function newestSchedule(tx: Transaction): Promise<number> {
  const sql = "SELECT coalesce(max(version), 0) AS version FROM schedules";
  return (await tx.get<{ version: number }>(sql))?.version ?? 0;
}
