import type { Transaction } from "#runtime";
import { equalBytes } from "#wire";
import { findMessage } from "./recall.ts";
import { DELIVERY, DELIVERY_STRIDE } from "./tables.ts";

/** One statement of a recipient's receipt about one message. */
export interface ReceiptClaim {
  readonly originalSender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
}

/** A delivery that a receipt has ended. */
export interface EndedDelivery {
  readonly sender: string;
  readonly recipient: string;
  readonly lane: number;
}

/** A receipt is believed about messages that were dispatched to its sender, and about no others. */
export async function matchClaims(
  tx: Transaction,
  recipient: string,
  claims: readonly ReceiptClaim[],
): Promise<{ deliveries: number[]; ended: EndedDelivery[] }> {
  const deliveries: number[] = [];
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
    deliveries.push(delivery.id);
    if (delivery.state >= DELIVERY.delivered) continue;
    ended.push({ sender, recipient, lane: delivery.lane });
  }
  return { deliveries, ended };
}
