import { REFUSALS, type RefusalCodeName } from "#errors";
import { type ExchangeStatus, Kind, ReceiptItem, ReceiptType, RefusalCode } from "#proto";
import { newMessageId, POST_LIMITS, passCrashPoint, WIRE_LIMITS } from "#runtime";
import { buildReceipt, outSubject, refusalCodeOf, signedBy } from "#wire";
import type { ReceiptDue } from "./inbox-procedures.ts";
import type { PostParts } from "./parts.ts";
import type { PumpTurn } from "./pump.ts";

/**
 * Signs and sends the receipts we owe: one envelope for up to 256 messages of one sender and lane.
 * A receipt lost on the way is owed again when its message is dispatched again (TP-POST-11).
 */
export class ReceiptPump {
  readonly #parts: PostParts;

  constructor(parts: PostParts) {
    this.#parts = parts;
  }

  /** Sends one batch of what is owed. */
  async turn(): Promise<PumpTurn> {
    const { standing, store, transport } = this.#parts;
    // A connection that comes back wakes the pump, and so does a register (TP-REG-3).
    if (!transport.connected || standing() === "closed") return {};
    const limit = POST_LIMITS.receiptBatchMax;
    const due = await store.call("postReceiptsDue", { limit });
    for (const group of groupReceipts(due)) await this.#send(group);
    return { more: due.length === limit };
  }

  async #send(group: readonly ReceiptDue[]): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    const { participant, register, signer, store, transport, clock, onEvent } = this.#parts;
    const nowMs = clock.now();
    const messageId = newMessageId(nowMs);
    const draft = {
      type: first.state === "delivered" ? ReceiptType.DELIVERED : ReceiptType.REJECTED,
      items: group.map((due) => itemOf(due)),
      sender: participant,
      recipient: first.sender,
      lane: first.lane,
      messageId,
      sentAtMs: nowMs,
      registerVersion: register().version,
      status: first.exchangeStatus as ExchangeStatus,
    };
    const { bytes } = await signedBy(signer(), (key) => buildReceipt(draft, key));
    const subject = outSubject(participant, first.lane, Kind.RECEIPT);
    await transport.publish({ subject, data: bytes, transportId: `${messageId}.1` });
    passCrashPoint("focal-point.delivered-published");
    const items = group.map(({ position, due }) => ({ position, due }));
    await store.call("postReceiptsSent", { items, nowMs: clock.now() });
    onEvent({ type: "receipts-sent", count: group.length });
  }
}

function itemOf(due: ReceiptDue): ReceiptItem {
  const code =
    due.code !== null && due.code in REFUSALS ? (due.code as RefusalCodeName) : undefined;
  return ReceiptItem.create({
    message: {
      originalSender: due.sender,
      messageId: due.messageId,
      headerDigest: due.headerDigest,
    },
    code: code === undefined ? RefusalCode.UNSPECIFIED : refusalCodeOf(code),
    field: due.field ?? "",
    remedy: code === undefined ? "" : REFUSALS[code].remedy,
  });
}

/** Cuts a sorted list into receipts: equal sender, lane, result and status, at most 256 each. */
export function groupReceipts(due: readonly ReceiptDue[]): ReceiptDue[][] {
  const groups: ReceiptDue[][] = [];
  let key = "";
  for (const item of due) {
    const itemKey = [item.sender, item.lane, item.state, item.exchangeStatus].join("/");
    const last = groups.at(-1);
    if (last === undefined || itemKey !== key || last.length >= WIRE_LIMITS.receiptItemsMax) {
      groups.push([item]);
    } else {
      last.push(item);
    }
    key = itemKey;
  }
  return groups;
}
