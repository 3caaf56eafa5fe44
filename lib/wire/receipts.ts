import { accepted, type Outcome, refused } from "#errors";
import {
  type ExchangeStatus,
  GapNotice,
  Header,
  Kind,
  type Lane,
  Priority,
  Receipt,
  type ReceiptItem,
  ReceiptType,
  Void,
} from "#proto";
import { isMessageId, WIRE_LIMITS } from "#runtime";
import { type AssembledEnvelope, assembleEnvelope, type HeaderSigner, unsealedPart } from "./assemble.ts";
import { decodeExactly, type ParsedMessage } from "./parse-envelope.ts";
import { isParticipantId } from "./participant-id.ts";
import { isLane } from "./subjects.ts";
import { toTimestamp } from "./timestamps.ts";

/** What a receipt is made from; the same facts and key give the same bytes. */
export interface ReceiptDraft {
  readonly type: ReceiptType;
  readonly items: readonly ReceiptItem[];
  readonly sender: string;
  readonly recipient: string;
  /** Lane of what it answers. */
  readonly lane: Lane;
  readonly messageId: string;
  readonly sentAtMs: number;
  readonly registerVersion: bigint;
  readonly status: ExchangeStatus;
}

/** Builds and signs a receipt (TP-WIRE-11). */
export function buildReceipt(draft: ReceiptDraft, signer: HeaderSigner): AssembledEnvelope {
  const body = Receipt.encode({ type: draft.type, items: [...draft.items] }).finish();
  return buildOpenMessage(
    { ...draft, kind: Kind.RECEIPT, body, schema: "tracepost.v1.Receipt", retentionClass: "trace" },
    signer,
  );
}

/** What a message without sealed content is made from. */
export interface OpenMessageDraft {
  readonly kind: Kind;
  readonly sender: string;
  readonly recipient: string;
  readonly lane: Lane;
  readonly messageId: string;
  readonly sentAtMs: number;
  readonly registerVersion: bigint;
  readonly status: ExchangeStatus;
  readonly body: Uint8Array;
  readonly schema: string;
  readonly retentionClass: string;
}

/** Builds and signs a RECEIPT, VOID or GAP_NOTICE. */
export function buildOpenMessage(draft: OpenMessageDraft, signer: HeaderSigner): AssembledEnvelope {
  const { body, schema, retentionClass } = draft;
  const header = Header.create({
    messageId: draft.messageId,
    kind: draft.kind,
    sender: draft.sender,
    recipients: [draft.recipient],
    sentAt: toTimestamp(draft.sentAtMs),
    expiresAt: toTimestamp(draft.sentAtMs + WIRE_LIMITS.traceLifeMs),
    registerVersion: draft.registerVersion,
    status: draft.status,
    priority: Priority.ROUTINE,
    lane: draft.lane,
  });
  const parts = [unsealedPart("body", body, schema, retentionClass)];
  return assembleEnvelope({ header, parts }, signer);
}

/** Reads and checks the body of a RECEIPT (TP-WIRE-11). */
export function parseReceipt(message: ParsedMessage): Outcome<Receipt> {
  const body = bodyOf(message, Kind.RECEIPT, Receipt);
  if (!body.ok) return body;
  const { type, items } = body.value;
  if (type === ReceiptType.UNSPECIFIED || !Object.values(ReceiptType).includes(type)) {
    return refused("MALFORMED", "receipt.type", "not a known type");
  }
  if (items.length === 0) return refused("MALFORMED", "receipt.items", "empty");
  if (items.length > WIRE_LIMITS.receiptItemsMax) {
    return refused("TOO_LARGE", "receipt.items", `more than ${WIRE_LIMITS.receiptItemsMax}`);
  }
  for (const [position, item] of items.entries()) {
    const field = `receipt.items[${position}].message`;
    const { message: about } = item;
    if (about === undefined || !isParticipantId(about.originalSender)) {
      return refused("MALFORMED", `${field}.original_sender`, "not a participant id");
    }
    if (!isMessageId(about.messageId)) {
      return refused("MALFORMED", `${field}.message_id`, "not a UUIDv7");
    }
    if (about.headerDigest.length !== 32) {
      return refused("MALFORMED", `${field}.header_digest`, "not 32 bytes");
    }
  }
  return body;
}

/** Reads and checks the body of a VOID. */
export function parseVoid(message: ParsedMessage): Outcome<Void> {
  const body = bodyOf(message, Kind.VOID, Void);
  if (!body.ok) return body;
  const { numbers } = body.value;
  if (numbers.length === 0) return refused("MALFORMED", "void.numbers", "empty");
  if (numbers.length > WIRE_LIMITS.gapNumbersMax) {
    return refused("TOO_LARGE", "void.numbers", `more than ${WIRE_LIMITS.gapNumbersMax}`);
  }
  const odd = numbers.findIndex((number) => !isLane(number.lane) || number.pairSequence === 0n);
  return odd < 0 ? body : refused("MALFORMED", `void.numbers[${odd}]`, "not a number of a lane");
}

/** Reads and checks the body of a GAP_NOTICE. */
export function parseGapNotice(message: ParsedMessage): Outcome<GapNotice> {
  const body = bodyOf(message, Kind.GAP_NOTICE, GapNotice);
  if (!body.ok) return body;
  const { missing } = body.value;
  if (missing.length === 0) return refused("MALFORMED", "gap_notice.missing", "empty");
  let count = 0n;
  for (const [position, range] of missing.entries()) {
    if (!isLane(range.lane) || range.first === 0n || range.last < range.first) {
      return refused("MALFORMED", `gap_notice.missing[${position}]`, "not a range of a lane");
    }
    count += range.last - range.first + 1n;
  }
  if (count > BigInt(WIRE_LIMITS.gapNumbersMax)) {
    return refused("TOO_LARGE", "gap_notice.missing", `more than ${WIRE_LIMITS.gapNumbersMax}`);
  }
  return body;
}

interface Codec<T> {
  decode(bytes: Uint8Array): T;
  encode(message: T): { finish(): Uint8Array };
}

function bodyOf<T>(message: ParsedMessage, kind: Kind, codec: Codec<T>): Outcome<T> {
  if (message.header.kind !== kind) return refused("MALFORMED", "header.kind", "another kind");
  const part = message.envelope.parts.find((one) => one.name === "body");
  const body = part === undefined ? undefined : decodeExactly(codec, part.content);
  if (body === undefined) return refused("MALFORMED", "parts[0].content", "not canonical protobuf");
  return accepted(body);
}
