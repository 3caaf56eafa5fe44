import { Envelope, Header } from "#proto";
import type { Transaction } from "#runtime";

/** Header of a message kept in the inbox; undefined when it is not here. */
export async function inboxHeader(
  tx: Transaction,
  { messageId, sender }: { readonly sender: string; readonly messageId: string },
): Promise<Header | undefined> {
  const row = await tx.get<{ envelope: Uint8Array }>(
    `SELECT envelope FROM post_inbox WHERE sender = ? AND message_id = ? AND state = 'delivered'`,
    sender,
    messageId,
  );
  return row === undefined ? undefined : Header.decode(Envelope.decode(row.envelope).header);
}
