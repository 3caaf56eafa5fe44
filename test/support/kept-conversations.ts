import { randomUUID } from "node:crypto";
import {
  Disclosed,
  Envelope,
  ExchangeStatus,
  Handling,
  Header,
  Instrument,
  Kind,
  Lane,
  MessageRef,
  OutcomeClass,
  PartInfo,
  ReceiptType,
  Tlp,
  TraceMove,
} from "#proto";
import { newMessageId } from "#runtime";
import { encodeMessage, sha256, toTimestamp } from "#wire";
import { conversationFacts } from "../../gateway/store/conversations/conversation-facts.ts";
import { type RecordItem, recordBatch } from "../../gateway/store/record.ts";
import { recordFacts } from "../../gateway/store/search/record-facts.ts";
import type { MemoryTransaction } from "./memory-transaction.ts";

const LIFE_MS = 30 * 86_400_000;
const PART = Buffer.of(7);

/** A message of a conversation as the store has recorded it. */
export interface KeptMessage {
  readonly id: number;
  readonly header: Header;
  readonly digest: Uint8Array;
  readonly recordedAtMs: number;
  readonly takenUnder: number;
}

/** What a message is in its case. */
export type Step = "request" | "final" | "close";

const STEPS = {
  request: [Kind.TRACE_REQUEST, TraceMove.REQUEST],
  final: [Kind.TRACE_REPLY, TraceMove.FINAL],
  close: [Kind.TRACE_FOLLOW_UP, TraceMove.CASE_CLOSED],
} as const;

/** Records messages of traces between two States, and receipts, by the procedure that records. */
export class KeptConversations {
  readonly #tx: MemoryTransaction;

  constructor(tx: MemoryTransaction) {
    this.#tx = tx;
  }

  /** Undefined when the move is out of turn. */
  async send(about: {
    readonly step: Step;
    readonly request: KeptMessage | undefined;
    readonly isIti: boolean;
    readonly nowMs: number;
    readonly scheduleVersion: number;
  }): Promise<KeptMessage | undefined> {
    const { isIti, nowMs, request, scheduleVersion, step } = about;
    const [kind, move] = STEPS[step];
    const [sender, peer] = step === "final" ? ["BR", "NE"] : ["NE", "BR"];
    const isFinal = step === "final";
    const parts = [part("body", ""), part("key", peer)];
    const header = Header.create({
      ...{ messageId: newMessageId(nowMs), sender, recipients: [peer], kind, parts },
      conversationId: request?.header.conversationId ?? randomUUID(),
      ...{ sentAt: toTimestamp(nowMs), expiresAt: toTimestamp(nowMs + LIFE_MS) },
      ...{ lane: Lane.NORMAL, status: ExchangeStatus.ACTUAL, registerVersion: 1n },
      instrumentBasis: [isIti ? Instrument.ITI : Instrument.FIREARMS_PROTOCOL],
      handling: Handling.create({ tlp: Tlp.AMBER }),
      disclosed: Disclosed.create({
        move,
        outcomeClass: isFinal ? OutcomeClass.ESTABLISHED : OutcomeClass.UNSPECIFIED,
      }),
      inReplyTo: request && referenceTo(request),
    });
    const item = itemOf(header, nowMs);
    return await this.#record(item, header, nowMs, scheduleVersion);
  }

  /** The recipient has it, or does not take it. */
  async receipt(
    about: KeptMessage,
    isTaken: boolean,
    { nowMs, scheduleVersion }: { readonly nowMs: number; readonly scheduleVersion: number },
  ): Promise<void> {
    const [sender = ""] = about.header.recipients;
    const header = Header.create({
      ...{ messageId: newMessageId(nowMs), sender, recipients: [about.header.sender] },
      ...{ kind: Kind.RECEIPT, lane: Lane.NORMAL, status: ExchangeStatus.ACTUAL },
      ...{ sentAt: toTimestamp(nowMs), expiresAt: toTimestamp(nowMs + LIFE_MS) },
    });
    const receiptType = isTaken ? ReceiptType.DELIVERED : ReceiptType.REJECTED;
    const { digest: headerDigest, header: of } = about;
    const claims = [{ originalSender: of.sender, messageId: of.messageId, headerDigest }];
    const item = { ...itemOf(header, nowMs), routes: [], receiptType, claims };
    const kept = { ...item, conversation: undefined };
    await this.#record(kept, header, nowMs, scheduleVersion);
  }

  async #record(
    item: RecordItem,
    header: Header,
    nowMs: number,
    scheduleVersion: number,
  ): Promise<KeptMessage | undefined> {
    const versions = { registerVersion: 1, policyVersion: 0, scheduleVersion };
    const batch = { nowMs, ...versions, resendFirstMs: 10_000, pairMax: 1_000 };
    const { recordedAtMs, results } = await recordBatch(this.#tx, { ...batch, items: [item] });
    const [result] = results;
    if (result?.type !== "recorded" || result.code !== 0) return undefined;
    const digest = item.headerDigest;
    return { id: result.id, header, digest, recordedAtMs, takenUnder: scheduleVersion };
  }
}

function itemOf(header: Header, nowMs: number): RecordItem {
  const bytes = encodeMessage(Header, header);
  const parts = header.parts.map(({ name, onlyFor }) => ({ name, onlyFor, content: PART }));
  const { kind, lane, messageId, recipients, sender } = header;
  return {
    ...{ sender, messageId, kind, lane, headerDigest: sha256(bytes), receiptId: messageId },
    envelope: encodeMessage(Envelope, Envelope.create({ header: bytes, parts })),
    ...{ expiresAtMs: nowMs + LIFE_MS, sentAtMs: nowMs, code: 0, field: "", keepParts: true },
    routes: recipients.map((recipient) => ({ recipient, code: 0 })),
    ...{ receiptType: ReceiptType.UNSPECIFIED, claims: [] },
    storedBytesMax: Number.MAX_SAFE_INTEGER,
    facts: recordFacts(header),
    conversation: conversationFacts(header, { participant: (id) => ({ state: id }) as never }),
  };
}

function referenceTo({ digest: headerDigest, header }: KeptMessage): MessageRef {
  const { messageId, sender: originalSender } = header;
  return MessageRef.create({ originalSender, messageId, headerDigest });
}

function part(name: string, onlyFor: string): PartInfo {
  return PartInfo.create({ name, onlyFor, sealed: true, sha256: sha256(PART), sizeBytes: 1n });
}
