import { ReceiptType, RefusalCode } from "#proto";
import type { Transaction } from "#runtime";
import { settleMessage } from "./conversations/conversation-book.ts";
import { lookAgain, lookAgainAround } from "./disposal/look-again.ts";
import type { EndedDelivery, PairBook } from "./pair-book.ts";
import { DELIVERY, DELIVERY_STRIDE } from "./tables.ts";

/** What the pipeline decided for one recipient. `code` 0: routed. */
export interface RouteDecision {
  readonly recipient: string;
  readonly code: RefusalCode;
}

/** A recorded message that is to be delivered. */
interface Delivered {
  readonly item: {
    readonly sender: string;
    readonly lane: number;
    readonly expiresAtMs: number;
    readonly routes: readonly RouteDecision[];
  };
  /** Record id of the message. */
  readonly id: number;
  /** When it is dispatched again, if no receipt has come by then. */
  readonly nextAtMs: number;
  readonly pairs: PairBook;
}

/** One delivery for each recipient; returns those it goes out to at once. */
export async function insertDeliveries(
  tx: Transaction,
  { id, item, nextAtMs, pairs }: Delivered,
): Promise<string[]> {
  const dispatched: string[] = [];
  for (const [position, { code, recipient }] of item.routes.entries()) {
    if (code !== RefusalCode.UNSPECIFIED) continue;
    const { lane, sender } = item;
    const state = await pairs.place({ sender, recipient, lane });
    const isOut = state === DELIVERY.dispatched;
    await tx.write(
      `INSERT INTO deliveries (id, sender, recipient, lane, state, attempts, next_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      id * DELIVERY_STRIDE + position,
      sender,
      recipient,
      lane,
      state,
      isOut ? 1 : 0,
      nextAtMs,
      item.expiresAtMs,
    );
    if (isOut) dispatched.push(recipient);
  }
  return dispatched;
}

/** A recipient's receipt that was recorded. */
interface Receipted {
  readonly item: { readonly receiptType: ReceiptType; readonly sentAtMs: number };
  readonly ended: readonly EndedDelivery[];
  /** Record id of the receipt. */
  readonly receipt: number;
  readonly pairs: PairBook;
}

/** Ends what a receipt is about, and says so to the conversations. */
export async function endDeliveries(
  tx: Transaction,
  { ended, item, pairs, receipt }: Receipted,
): Promise<void> {
  const isRejection = item.receiptType === ReceiptType.REJECTED;
  for (const delivery of ended) {
    await tx.write(
      "UPDATE deliveries SET state = ?, receipt = ? WHERE id = ? AND state < ?",
      isRejection ? DELIVERY.rejected : DELIVERY.delivered,
      receipt,
      delivery.id,
      DELIVERY.delivered,
    );
    await pairs.end(delivery);
    const message = Math.floor(delivery.id / DELIVERY_STRIDE);
    const by = isRejection ? "rejected" : "delivered";
    await settleMessage(tx, message, { by, receiptedAtMs: item.sentAtMs });
    await lookAgain(tx, message);
    if (by === "rejected") await lookAgainAround(tx, message);
  }
}
