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
  /** For an expiry or a return: which recipient. */
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
  return receiptAbout([facts], facts.receiptId, signer, attempt);
}

/**
 * One receipt about several messages of one sender, lane and status, decided in one batch: each
 * item carries its own log entry and proof, and one signature serves all. `receiptId` is the
 * receipt's own; when a single one is said again later it has the id its message was recorded with.
 */
export function receiptAbout(
  all: readonly [ReceiptFacts, ...ReceiptFacts[]],
  receiptId: string,
  signer: HeaderSigner,
  attempt: string,
): OutgoingDispatch {
  const [first] = all;
  const built = buildReceipt(
    {
      type: first.type,
      items: all.map(itemOf),
      sender: GATEWAY_SENDER,
      recipient: first.sender,
      lane: first.lane,
      messageId: receiptId,
      sentAtMs: first.saidAtMs,
      registerVersion: BigInt(first.registerVersion),
      status: first.status,
    },
    signer,
  );
  return {
    recipient: first.sender,
    lane: first.lane,
    kind: Kind.RECEIPT,
    messageId: receiptId,
    attempt,
    envelope: built.bytes,
    evidence: undefined,
  };
}

function itemOf(facts: ReceiptFacts): ReceiptItem {
  const name = refusalNameOf(facts.code);
  return ReceiptItem.create({
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
