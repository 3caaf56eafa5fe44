import { REFUSALS } from "#errors";
import {
  ExchangeStatus,
  Header,
  Kind,
  type Lane,
  type LogEvidence,
  ReceiptItem,
  ReceiptType,
  RefusalCode,
} from "#proto";
import { buildReceipt, GATEWAY_SENDER, type HeaderSigner, refusalNameOf } from "#wire";
import type { OutgoingDispatch } from "./dispatch.ts";

/** What a gateway receipt is made from; the same facts give the same bytes. */
export interface ReceiptFacts {
  readonly type: ReceiptType;
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  readonly lane: Lane;
  readonly status: ExchangeStatus;
  readonly code: RefusalCode;
  readonly field: string;
  /** For an expiry: which recipient. */
  readonly recipient: string;
  readonly receiptId: string;
  readonly saidAtMs: number;
  readonly registerVersion: number;
  readonly evidence: LogEvidence;
}

/** Eighth step: what the sender is told, signed by the gateway (TP-GW-8). */
export function receipt(
  facts: ReceiptFacts,
  signer: HeaderSigner,
  attempt: string,
): OutgoingDispatch {
  const name = refusalNameOf(facts.code);
  const item = ReceiptItem.create({
    message: {
      originalSender: facts.sender,
      messageId: facts.messageId,
      headerDigest: facts.headerDigest,
    },
    code: facts.code,
    field: facts.field,
    remedy: name === undefined ? "" : REFUSALS[name].remedy,
    evidence: facts.evidence,
    recipient: facts.recipient,
  });
  const built = buildReceipt(
    {
      type: facts.type,
      items: [item],
      sender: GATEWAY_SENDER,
      recipient: facts.sender,
      lane: facts.lane,
      messageId: facts.receiptId,
      sentAtMs: facts.saidAtMs,
      registerVersion: BigInt(facts.registerVersion),
      status: facts.status,
    },
    signer,
  );
  return {
    recipient: facts.sender,
    lane: facts.lane,
    kind: Kind.RECEIPT,
    messageId: facts.receiptId,
    attempt,
    envelope: built.bytes,
    evidence: undefined,
  };
}

/** Accepted or refused, by the code. */
export function decisionType(code: RefusalCode): ReceiptType {
  return code === RefusalCode.UNSPECIFIED ? ReceiptType.ACCEPTED : ReceiptType.REFUSED;
}

/** Exchange status of a recorded header; a header that cannot be read counts as actual. */
export function statusOf(header: Uint8Array): ExchangeStatus {
  try {
    const { status } = Header.decode(header);
    return status === ExchangeStatus.UNSPECIFIED ? ExchangeStatus.ACTUAL : status;
  } catch {
    return ExchangeStatus.ACTUAL;
  }
}
