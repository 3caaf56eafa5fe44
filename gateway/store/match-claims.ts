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
  const ended = await Promise.all(claims.map((claim) => endedBy(tx, recipient, claim)));
  return ended.filter((delivery) => delivery !== undefined);
}

async function endedBy(
  tx: Transaction,
  recipient: string,
  { headerDigest, messageId, originalSender: sender }: ReceiptClaim,
): Promise<EndedDelivery | undefined> {
  const message = await findMessage(tx, sender, messageId);
  if (message === undefined || !equalBytes(message.header_digest, headerDigest)) return undefined;
  const delivery = await tx.get<{ id: number; state: number; lane: number }>(
    "SELECT id, state, lane FROM deliveries WHERE id >= ? AND id < ? AND recipient = ?",
    message.id * DELIVERY_STRIDE,
    (message.id + 1) * DELIVERY_STRIDE,
    recipient,
  );
  return delivery && { ...delivery, sender, recipient };
}
