import type { Transaction } from "#runtime";
import { equalBytes } from "#wire";
import type { EndedDelivery } from "./pair-book.ts";
import { findMessage } from "./recall.ts";
import { DELIVERY_STRIDE } from "./tables.ts";

/** One statement of a recipient's receipt about one message. */
export interface ReceiptClaim {
  readonly originalSender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
}

/** A receipt is believed about messages that were dispatched to its sender, and about no others. */
export async function matchClaims(
  tx: Transaction,
  recipient: string,
  claims: readonly ReceiptClaim[],
): Promise<EndedDelivery[]> {
  const ended: EndedDelivery[] = [];
  for (const claim of claims) {
    const sender = claim.originalSender;
    const message = await findMessage(tx, sender, claim.messageId);
    if (message === undefined || !equalBytes(message.header_digest, claim.headerDigest)) continue;
    const delivery = await tx.get<{ id: number; state: number; lane: number }>(
      "SELECT id, state, lane FROM deliveries WHERE id >= ? AND id < ? AND recipient = ?",
      message.id * DELIVERY_STRIDE,
      (message.id + 1) * DELIVERY_STRIDE,
      recipient,
    );
    if (delivery === undefined) continue;
    ended.push({ ...delivery, sender, recipient });
  }
  return ended;
}
