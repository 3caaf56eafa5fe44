import {
  AlertMove,
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
  Priority,
  ReceiptType,
  RefusalCode,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";
import { encodeMessage, sha256, toTimestamp } from "#wire";
import { conversationFacts } from "../../gateway/store/conversations/conversation-facts.ts";
import type { RecordBatch, RecordItem } from "../../gateway/store/record.ts";
import { recordFacts } from "../../gateway/store/search/record-facts.ts";

/** States of the made-up exchange. */
export const STATES = 40;
/** Conversations that go on beside each other; each batch is one step of all of them. */
export const SIDE_BY_SIDE = 256;
/** Messages of a conversation: asked, confirmed, answered, confirmed. */
const STEPS = 4;
/** When the first was made. */
export const START_MS = Date.UTC(2026, 0, 1);
/** From one batch to the next: ten million records are made in some fifty years. */
export const BATCH_MS = 12 * 3_600_000;
const LIFE_MS = 90 * 86_400_000;
const PART_BYTES = 256;
const SIGNATURE = Buffer.alloc(64, 7);
const PART = Buffer.alloc(PART_BYTES, 9);
const PART_DIGEST = sha256(PART);
const ALERTED = 10;

/** Where a made-up message stands: its conversation, and the step of it. */
export interface MadeUp {
  readonly conversation: number;
  readonly step: number;
}

/** The message of a place in the log. */
export function madeUpAt(place: number): MadeUp {
  const batch = Math.floor(place / SIDE_BY_SIDE);
  const block = Math.floor(batch / STEPS);
  return { conversation: block * SIDE_BY_SIDE + (place % SIDE_BY_SIDE), step: batch % STEPS };
}

/** Participant id of a made-up State. */
export function stateId(number: number): string {
  const place = number % STATES;
  return `${String.fromCharCode(65 + Math.floor(place / 20))}${String.fromCharCode(65 + (place % 20))}`;
}

/** Id of a message of a conversation. */
export function messageIdOf({ conversation, step }: MadeUp): string {
  return uuid(7, timeOf({ conversation, step }), conversation * STEPS + step);
}

/** Id of a conversation. */
export function conversationIdOf(conversation: number): string {
  return uuid(7, timeOf({ conversation, step: 0 }), conversation * STEPS + 0xa_00_00_00_00);
}

/** Who sends a message. */
export function senderOf({ conversation, step }: MadeUp): string {
  const { asked, asking } = sidesOf(conversation);
  return step === 0 || step === 3 ? asking : asked;
}

/** When a message was made, and recorded. */
export function timeOf({ conversation, step }: MadeUp): number {
  return START_MS + (Math.floor(conversation / SIDE_BY_SIDE) * STEPS + step) * BATCH_MS;
}

/** The batch of a number, as the pipeline hands it to the record. */
export function madeUpBatch(batch: number): RecordBatch {
  const first = batch * SIDE_BY_SIDE;
  const items = Array.from({ length: SIDE_BY_SIDE }, (_, n) => itemOf(madeUpAt(first + n)));
  const nowMs = START_MS + batch * BATCH_MS;
  const versions = { registerVersion: 1, policyVersion: 0, scheduleVersion: 0 };
  return { nowMs, ...versions, resendFirstMs: 10_000, pairMax: 1_000, items };
}

function sidesOf(conversation: number): { asking: string; asked: string } {
  const asked = conversation * 7 + 1 + (conversation % 3);
  const shift = asked % STATES === conversation % STATES ? 1 : 0;
  return { asking: stateId(conversation), asked: stateId(asked + shift) };
}

function uuid(version: number, ms: number, number: number): string {
  const time = ms.toString(16).padStart(12, "0");
  const rest = number.toString(16).padStart(15, "0");
  const head = `${time.slice(0, 8)}-${time.slice(8)}-${version}${rest.slice(0, 3)}`;
  return `${head}-8${rest.slice(3, 6)}-${rest.slice(6)}000`;
}

function itemOf(made: MadeUp): RecordItem {
  const header = headerOf(made);
  const bytes = encodeMessage(Header, header);
  const isReceipt = header.kind === Kind.RECEIPT;
  const part = { content: PART };
  const parts = header.parts.map(({ name, onlyFor }) => ({ name, onlyFor, ...part }));
  const signatures = [{ keyId: `${header.sender}-header-1`, value: SIGNATURE }];
  const isRefused = made.step === 0 && made.conversation % 50 === 7;
  const sentAtMs = timeOf(made);
  return {
    ...{ sender: header.sender, messageId: header.messageId, headerDigest: sha256(bytes) },
    envelope: encodeMessage(Envelope, Envelope.create({ header: bytes, signatures, parts })),
    ...{ kind: header.kind, lane: header.lane, expiresAtMs: sentAtMs + LIFE_MS, sentAtMs },
    receiptId: header.messageId,
    code: isRefused ? RefusalCode.NOT_PERMITTED : RefusalCode.UNSPECIFIED,
    field: "",
    routes: routesOf(header, isRefused || isReceipt),
    keepParts: !isRefused,
    receiptType: isReceipt ? ReceiptType.DELIVERED : ReceiptType.UNSPECIFIED,
    claims: isReceipt ? [claimOf(made)] : [],
    storedBytesMax: Number.MAX_SAFE_INTEGER,
    facts: recordFacts(header),
    conversation: isRefused ? undefined : conversationFacts(header, REGISTER),
  };
}

function routesOf({ recipients }: Header, isNone: boolean): RecordItem["routes"] {
  if (isNone) return [];
  const code = RefusalCode.UNSPECIFIED;
  return recipients.map((recipient) => ({ recipient, code }));
}

function claimOf({ conversation, step }: MadeUp): RecordItem["claims"][number] {
  const about = { conversation, step: step - 1 };
  const headerDigest = sha256(encodeMessage(Header, headerOf(about)));
  return { originalSender: senderOf(about), messageId: messageIdOf(about), headerDigest };
}

/** Every participant is the State of its name. */
const REGISTER = { participant: (id: string) => ({ state: id }) as never };

function headerOf(made: MadeUp): Header {
  const { conversation, step } = made;
  const sender = senderOf(made);
  const { asked, asking } = sidesOf(conversation);
  const peer = sender === asking ? asked : asking;
  const isAlert = conversation % 20 === 0;
  const sentAt = toTimestamp(timeOf(made));
  const expiresAt = toTimestamp(timeOf(made) + LIFE_MS);
  const base = { messageId: messageIdOf(made), sender, recipients: [peer], sentAt, expiresAt };
  const about = { registerVersion: 1n, status: ExchangeStatus.TEST, priority: Priority.ROUTINE };
  const lane = Lane.NORMAL;
  if (step % 2 === 1 || (isAlert && step > 0)) {
    return Header.create({ ...base, ...about, lane, kind: Kind.RECEIPT });
  }
  const recipients = isAlert ? alertedBy(conversation) : [peer];
  return Header.create({
    ...{ ...base, ...about, lane, recipients },
    kind: isAlert ? Kind.ALERT : step === 0 ? Kind.TRACE_REQUEST : Kind.TRACE_REPLY,
    conversationId: conversationIdOf(conversation),
    instrumentBasis: [Instrument.ITI],
    handling: handlingOf(conversation),
    disclosed: disclosedOf(made, isAlert),
    inReplyTo: step === 0 ? undefined : requestOf(conversation),
    parts: [partInfo("body", ""), ...recipients.map((id) => partInfo("key", id))],
  });
}

function alertedBy(conversation: number): string[] {
  const { asking } = sidesOf(conversation);
  const others = Array.from({ length: ALERTED + 1 }, (_, n) => stateId(conversation * 3 + n * 3));
  return others.filter((id) => id !== asking).slice(0, ALERTED);
}

function handlingOf(conversation: number): Handling {
  return Handling.create({
    tlp: conversation % 37 === 0 ? Tlp.RED : conversation % 5 === 0 ? Tlp.GREEN : Tlp.AMBER,
    use: [conversation % 11 === 0 ? UseRestriction.NO_ONWARD : UseRestriction.ANY_LAWFUL],
    originatorState: stateId(conversation),
  });
}

function disclosedOf({ conversation, step }: MadeUp, isAlert: boolean): Disclosed {
  if (isAlert) return Disclosed.create({ alertMove: AlertMove.ALERT });
  if (step === 0) return Disclosed.create({ move: TraceMove.REQUEST });
  if (conversation % 10 === 3) return Disclosed.create({ move: TraceMove.ACKNOWLEDGEMENT });
  const outcomeClass = OutcomeClass.NOT_ESTABLISHED;
  return Disclosed.create({ move: TraceMove.FINAL, outcomeClass });
}

function requestOf(conversation: number): MessageRef {
  const about = { conversation, step: 0 };
  const headerDigest = sha256(encodeMessage(Header, headerOf(about)));
  const messageId = messageIdOf(about);
  return MessageRef.create({ originalSender: senderOf(about), messageId, headerDigest });
}

function partInfo(name: string, onlyFor: string): PartInfo {
  return PartInfo.create({
    ...{ name, onlyFor, sealed: true, sha256: PART_DIGEST, sizeBytes: BigInt(PART_BYTES) },
    schema: "tracepost.v1.TraceRequest",
  });
}
