import type { Transaction } from "#runtime";
import { isTold } from "./quarantine.ts";
import type { ItemRow } from "./quarantine-item.ts";
import { loadEvidence, type StoredDecision } from "./recall.ts";

/** Stored outcome of an item, to be receipted; null when it has given way, or nobody is told. */
export async function unverifiedOutcome(
  tx: Transaction,
  args: { id: number },
): Promise<StoredDecision | null> {
  const row = await tx.get<ItemRow>("SELECT * FROM quarantine WHERE id = ?", args.id);
  if (row === undefined || !isTold(row)) return null;
  return {
    sender: row.participant,
    messageId: row.message_id,
    headerDigest: row.header_digest,
    lane: row.lane,
    header: row.header,
    code: row.code,
    field: row.field,
    receiptId: row.receipt_id,
    recordedAtMs: row.recorded_at,
    registerVersion: row.register_version,
    evidence: await loadEvidence(tx, row.log_index, row.tree_size),
  };
}

/** Items whose rejection was decided and is not yet said (TP-OPS-9). */
export async function unsaidRejections(
  tx: Transaction,
  args: { limit: number },
): Promise<number[]> {
  const sql = "SELECT id FROM quarantine WHERE unsaid = 1 ORDER BY id LIMIT ?";
  return (await tx.all<{ id: number }>(sql, args.limit)).map(({ id }) => id);
}

/** Notes that a rejection is said: the carrier has it, and a copy that comes gets it again. */
export async function rejectionSaid(tx: Transaction, args: { id: number }): Promise<void> {
  await tx.run("UPDATE quarantine SET unsaid = 0 WHERE id = ?", args.id);
}
