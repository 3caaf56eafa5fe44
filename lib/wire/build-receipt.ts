import { TracepostError } from "#errors";
import {
  type ExchangeStatus,
  Header,
  Kind,
  Lane,
  Priority,
  Receipt,
  type ReceiptItem,
  type ReceiptType,
} from "#proto";
import { WIRE_LIMITS } from "#runtime";
import {
  type AssembledEnvelope,
  assembleEnvelope,
  type HeaderSigner,
  unsealedPart,
} from "./assemble.ts";
import { encodeMessage } from "./encode.ts";
import { toTimestamp } from "./timestamps.ts";

/** What a receipt is made from; the same facts and key give the same bytes. */
export interface ReceiptDraft {
  readonly type: ReceiptType;
  /** 1 to 256, about messages of `recipient`; exactly one for a refusal or an expiry. */
  readonly items: readonly ReceiptItem[];
  /** A participant id, or GATEWAY. */
  readonly sender: string;
  /** Sender of the messages it is about. */
  readonly recipient: string;
  /** Lane of the messages it is about. */
  readonly lane: Lane;
  readonly messageId: string;
  /** Milliseconds since 1970. */
  readonly sentAtMs: number;
  readonly registerVersion: bigint;
  readonly status: ExchangeStatus;
}

/**
 * Builds and signs a receipt (TP-WIRE-17). The gateway's keys are Ed25519, which is deterministic:
 * one of its receipts that was lost can be made again from what was recorded. Throws TracepostError
 * INTERNAL for no or too many items.
 */
export function buildReceipt(draft: ReceiptDraft, signer: HeaderSigner): AssembledEnvelope {
  const { items, lane, sentAtMs, type } = draft;
  if (items.length === 0 || items.length > WIRE_LIMITS.receiptItemsMax) {
    throw new TracepostError("INTERNAL", `a receipt cannot have ${items.length} items`);
  }
  const body = encodeMessage(Receipt, { type, items: [...items] });
  const { parts: _none, ...header } = Header.create({
    messageId: draft.messageId,
    kind: Kind.RECEIPT,
    sender: draft.sender,
    recipients: [draft.recipient],
    sentAt: toTimestamp(sentAtMs),
    expiresAt: toTimestamp(sentAtMs + WIRE_LIMITS.traceLifeMs),
    registerVersion: draft.registerVersion,
    status: draft.status,
    priority: lane === Lane.URGENT ? Priority.URGENT : Priority.ROUTINE,
    lane,
  });
  const part = unsealedPart("body", body, "tracepost.v1.Receipt", "transport");
  return assembleEnvelope({ header, parts: [part] }, signer);
}
