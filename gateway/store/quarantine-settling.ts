import type { SqlRow, Transaction } from "#runtime";

/** A proven message, as far as quarantine may know its header. */
interface ProvenHeader {
  readonly sender: string;
  readonly headerDigest: Uint8Array;
}

/** Participants with items in quarantine, and whether any of those is rejected. */
export type OpenItems = ReadonlyMap<string, { readonly hasRejected: boolean }>;

/** Read once for a batch: for most participants there is nothing more to ask. */
export async function openItems(tx: Transaction): Promise<OpenItems> {
  const rows = await tx.all<SqlRow & { participant: string; rejected: number }>(
    "SELECT participant, rejected FROM quarantine_usage WHERE items > 0",
  );
  return new Map(rows.map((row) => [row.participant, { hasRejected: row.rejected > 0 }]));
}

/** Whether a person has rejected this header since it was recalled (TP-OPS-7). */
export async function isRejected(
  tx: Transaction,
  open: OpenItems,
  { sender, headerDigest }: ProvenHeader,
): Promise<boolean> {
  if (open.get(sender)?.hasRejected !== true) return false;
  const row = await tx.get(
    `SELECT 1 FROM quarantine WHERE participant = ? AND header_digest = ? AND message_id <> ''
       AND state = 'rejected' LIMIT 1`,
    sender,
    headerDigest,
  );
  return row !== undefined;
}

/** A later copy of these headers was proven: nobody has to decide about the earlier ones. */
export async function settleItems(
  tx: Transaction,
  open: OpenItems,
  proven: readonly ProvenHeader[],
): Promise<void> {
  for (const { sender, headerDigest } of proven) {
    if (!open.has(sender)) continue;
    await tx.run(
      `UPDATE quarantine SET state = 'settled', binds = 0
       WHERE participant = ? AND header_digest = ? AND message_id <> ''
         AND state IN ('held', 'released')`,
      sender,
      headerDigest,
    );
  }
}
