/** What changes a due date is looked at once more (TP-FIND-9). */
import { Header } from "#proto";
import type { Transaction } from "#runtime";
import { uuidBytes } from "../search/note-record.ts";

/** A delivery has ended: a key part is counted from then. Before its first look nothing is. */
export async function lookAgain(tx: Transaction, message: number): Promise<void> {
  await tx.write("UPDATE record_due SET look_at = 0 WHERE id = ?", message);
}

/** A message was taken back: the whole of its conversation may count from another time. */
export async function lookAgainAround(tx: Transaction, message: number): Promise<void> {
  const sql = "SELECT header FROM messages WHERE id = ?";
  const row = await tx.get<{ header: Uint8Array }>(sql, message);
  const conversation = row === undefined ? "" : conversationIn(row.header);
  if (conversation === "") return;
  await tx.write(
    `UPDATE record_due SET look_at = 0
     WHERE id IN (SELECT id FROM record_conversation WHERE conversation = ?)`,
    uuidBytes(conversation),
  );
}

/**
 * Messages came into conversations: what was reckoned without them is looked at again. Returns how
 * many records that is.
 */
export async function lookAgainBefore(
  tx: Transaction,
  fresh: readonly { readonly id: number; readonly header: Uint8Array }[],
): Promise<number> {
  const newest = new Map(fresh.map(({ header, id }) => [conversationIn(header), id]));
  newest.delete("");
  let records = 0;
  for (const [conversation, id] of newest) {
    records += await tx.run(
      `UPDATE record_due SET look_at = 0 WHERE as_of < ? AND (look_at IS NULL OR look_at <> 0)
         AND id IN (SELECT id FROM record_conversation WHERE conversation = ? AND id < ?)`,
      id,
      uuidBytes(conversation),
      id,
    );
  }
  return records;
}

/** A header that is damaged is for the log check to tell. */
function conversationIn(header: Uint8Array): string {
  try {
    return Header.decode(header).conversationId;
  } catch {
    return "";
  }
}
