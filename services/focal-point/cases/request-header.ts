import { Envelope } from "#proto";
import type { Transaction } from "#runtime";

/** Encoded header of a request: kept with its case, or, of one sent, in the outbox; else null. */
export async function requestHeaderOf(
  tx: Transaction,
  kept: { readonly requestHeader: Uint8Array | null; readonly requestMessageId: string },
): Promise<Uint8Array | null> {
  if (kept.requestHeader !== null) return kept.requestHeader;
  const sent = await tx.get<{ bytes: Uint8Array | null }>(
    "SELECT coalesce(envelope, draft) AS bytes FROM post_outbox WHERE message_id = ?",
    kept.requestMessageId,
  );
  return sent?.bytes == null ? null : Envelope.decode(sent.bytes).header;
}
