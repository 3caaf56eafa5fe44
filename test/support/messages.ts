import { randomUUID } from "node:crypto";
import {
  Disclosed,
  ExchangeStatus,
  GapNotice,
  Handling,
  Header,
  Instrument,
  Kind,
  Lane,
  PartInfo,
  Priority,
  ReceiptItem,
  ReceiptType,
  RefusalCode,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";
import { newMessageId } from "#runtime";
import {
  type AssembledEnvelope,
  assembleEnvelope,
  BODY_PART,
  type BuiltPart,
  buildReceipt,
  encodeMessage,
  sha256,
  toTimestamp,
  unsealedPart,
} from "#wire";
import type { Party } from "./parties.ts";

const DAY_MS = 86_400_000;

/** What a test wants different from an ordinary trace request. */
export type HeaderChanges = Partial<Omit<Header, "parts" | "sentAt" | "expiresAt">> & {
  readonly sentAtMs?: number;
  readonly expiresAtMs?: number;
  /** Size of the part `body`; a large one lies beside the rows of an SQLite store. */
  readonly bodyBytes?: number;
};

/** Bytes that look like an age file: the gateway opens none, so it cannot tell them from one. */
export function ageLike(size: number, fill = 7): Uint8Array {
  const intro = Buffer.from("age-encryption.org/v1\n-> mlkem768x25519 AAAA\nAAAA\n--- AAAA\n");
  return Buffer.concat([intro, Buffer.alloc(Math.max(0, size - intro.length), fill)]);
}

const BODY_SCHEMAS: Readonly<Partial<Record<Kind, string>>> = {
  [Kind.TRACE_REQUEST]: "tracepost.v1.TraceRequest",
  [Kind.TRACE_REPLY]: "tracepost.v1.TraceReply",
  [Kind.TRACE_FOLLOW_UP]: "tracepost.v1.TraceFollowUp",
  [Kind.ALERT]: "tracepost.v1.Alert",
  [Kind.ALERT_RESPONSE]: "tracepost.v1.AlertResponse",
  [Kind.NOTICE]: "tracepost.v1.Notice",
  [Kind.INDICATOR_LEDGER]: "tracepost.v1.IndicatorLedger",
};

/** A message of one party about another's or its own, in the same conversation. */
export function messageOn(
  about: AssembledEnvelope,
  from: Party,
  changes: HeaderChanges,
): AssembledEnvelope {
  const first = headerOf(about);
  const { conversationId, messageId, sender: originalSender } = first;
  const recipients = changes.recipients ?? [
    from.id === first.sender ? (first.recipients[0] ?? "") : first.sender,
  ];
  const inReplyTo = { originalSender, messageId, headerDigest: about.headerDigest };
  return traceRequest(from, recipients, { conversationId, inReplyTo, ...changes });
}

/** A trace request from one party to others; sealed in looks only. */
export function traceRequest(
  from: Party,
  to: readonly string[],
  changes: HeaderChanges = {},
  fill = 7,
): AssembledEnvelope {
  const { bodyBytes = 2_000, sentAtMs = Date.now(), ...others } = changes;
  const { expiresAtMs = sentAtMs + 90 * DAY_MS, ...rest } = others;
  const header = Header.create({
    messageId: newMessageId(),
    kind: Kind.TRACE_REQUEST,
    sender: from.id,
    recipients: [...to],
    conversationId: randomUUID(),
    sentAt: toTimestamp(sentAtMs),
    expiresAt: toTimestamp(expiresAtMs),
    registerVersion: 1n,
    status: ExchangeStatus.TEST,
    priority: Priority.ROUTINE,
    lane: Lane.NORMAL,
    instrumentBasis: [Instrument.ITI],
    handling: Handling.create({
      tlp: Tlp.AMBER,
      use: [UseRestriction.ANY_LAWFUL],
      originatorState: from.id.slice(0, 2),
    }),
    disclosed: Disclosed.create({ move: TraceMove.REQUEST }),
    ...rest,
  });
  const parts = [
    sealedPart("body", "", BODY_SCHEMAS[header.kind] ?? "", "trace", ageLike(bodyBytes, fill)),
    ...to.map((id) =>
      sealedPart("key", id, "tracepost.v1.KeyPart", "transport", ageLike(2_600, fill)),
    ),
  ];
  return assembleEnvelope({ header, parts }, from.signer);
}

/** A recipient's receipt about messages of one sender. */
export function recipientReceipt(
  from: Party,
  about: readonly { sender: string; message: AssembledEnvelope }[],
  type: ReceiptType = ReceiptType.DELIVERED,
): AssembledEnvelope {
  const items = about.map(({ sender, message }) =>
    ReceiptItem.create({
      message: {
        originalSender: sender,
        messageId: headerOf(message).messageId,
        headerDigest: message.headerDigest,
      },
      code: type === ReceiptType.REJECTED ? RefusalCode.BODY_INVALID : RefusalCode.UNSPECIFIED,
    }),
  );
  return buildReceipt(
    {
      type,
      items,
      sender: from.id,
      recipient: about[0]?.sender ?? "",
      lane: Lane.NORMAL,
      messageId: newMessageId(),
      sentAtMs: Date.now(),
      registerVersion: 1n,
      status: ExchangeStatus.TEST,
    },
    from.signer,
  );
}

/** A notice that one party misses a message of another. */
export function gapNotice(from: Party, to: string): AssembledEnvelope {
  const missing = [{ lane: Lane.NORMAL, first: 5n, last: 5n }];
  const body = encodeMessage(GapNotice, GapNotice.create({ missing }));
  const header = Header.create({
    messageId: newMessageId(),
    kind: Kind.GAP_NOTICE,
    sender: from.id,
    recipients: [to],
    sentAt: toTimestamp(Date.now()),
    expiresAt: toTimestamp(Date.now() + 90 * DAY_MS),
    registerVersion: 1n,
    status: ExchangeStatus.TEST,
    priority: Priority.ROUTINE,
    lane: Lane.NORMAL,
  });
  const parts = [unsealedPart(BODY_PART, body, "tracepost.v1.GapNotice", "transport")];
  return assembleEnvelope({ header, parts }, from.signer);
}

/** The header of an assembled message. */
export function headerOf(message: AssembledEnvelope): Header {
  return Header.decode(message.headerBytes);
}

function sealedPart(
  name: string,
  onlyFor: string,
  schema: string,
  retentionClass: string,
  content: Uint8Array,
): BuiltPart {
  const info = PartInfo.create({
    name,
    onlyFor,
    sha256: sha256(content),
    sizeBytes: BigInt(content.length),
    schema,
    retentionClass,
    sealed: true,
  });
  return { info, content };
}
