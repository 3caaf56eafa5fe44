import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import { GapNotice, Kind, Receipt, type ReceiptItem, ReceiptType, Void } from "#proto";
import { isMessageId, POST_LIMITS, WIRE_LIMITS } from "#runtime";
import { checkMessageRef } from "./check-header-blocks.ts";
import type { Encoder } from "./encode.ts";
import { decodeExactly } from "./exact-decode.ts";
import { isKnown } from "./known-values.ts";
import type { ParsedMessage } from "./parse-envelope.ts";
import { GATEWAY_SENDER, isParticipantId } from "./participant-id.ts";

/** What only the gateway says; the others only a recipient says. */
const GATEWAY_TYPES: ReadonlySet<ReceiptType> = new Set([
  ReceiptType.ACCEPTED,
  ReceiptType.REFUSED,
  ReceiptType.EXPIRED,
  ReceiptType.RETURNED,
]);

/** Types that say why. */
const TYPES_WITH_CODE: ReadonlySet<ReceiptType> = new Set([
  ReceiptType.REFUSED,
  ReceiptType.REJECTED,
  ReceiptType.RETURNED,
]);

/** Types that end a message for the one recipient they name. */
const ABOUT_ONE_RECIPIENT: ReadonlySet<ReceiptType> = new Set([
  ReceiptType.EXPIRED,
  ReceiptType.RETURNED,
]);

/**
 * Reads the body of a RECEIPT (TP-WIRE-17): MALFORMED for a wrong body, TOO_LARGE for too many
 * items, NOT_PERMITTED when the sender may not say this type, or about messages of anybody else
 * than the one it is addressed to.
 */
export function parseReceipt(message: ParsedMessage): Outcome<Receipt> {
  const body = readBody(message, Kind.RECEIPT, Receipt);
  if (!body.ok) return body;
  const { items, type } = body.value;
  if (!isKnown.receiptType(type)) return malformed("receipt.type", "is not a known value");
  const fromGateway = message.header.sender === GATEWAY_SENDER;
  if (GATEWAY_TYPES.has(type) !== fromGateway) {
    return refused("NOT_PERMITTED", "receipt.type", "is not for this sender to say");
  }
  // What a batch of messages has in common is said at once: that they are accepted.
  const standsAlone = fromGateway && type !== ReceiptType.ACCEPTED;
  const max = standsAlone ? 1 : WIRE_LIMITS.receiptItemsMax;
  if (items.length > max) return refused("TOO_LARGE", "receipt.items", `over ${max}`);
  if (items.length === 0) return malformed("receipt.items", "is missing");
  for (const [index, item] of items.entries()) {
    const refusal = checkItem(item, type, message, `receipt.items[${index}]`);
    if (refusal !== undefined) return { ok: false, refusal };
  }
  return body;
}

function checkItem(
  item: ReceiptItem,
  type: ReceiptType,
  { header }: ParsedMessage,
  field: string,
): Refusal | undefined {
  if (item.message === undefined) return refuse("MALFORMED", `${field}.message`, "is missing");
  const reference = checkMessageRef(item.message, `${field}.message`);
  if (reference !== undefined) return reference;
  if (item.message.originalSender !== header.recipients[0]) {
    return refuse("NOT_PERMITTED", "receipt.items", "are about messages of another sender");
  }
  if (item.code !== 0 && !isKnown.refusalCode(item.code)) {
    return refuse("MALFORMED", `${field}.code`, "is not a known value");
  }
  if (type !== ReceiptType.EXPIRED && TYPES_WITH_CODE.has(type) !== (item.code !== 0)) {
    const detail = item.code === 0 ? "is missing" : "is not for this type";
    return refuse("MALFORMED", `${field}.code`, detail);
  }
  const needsRecipient = ABOUT_ONE_RECIPIENT.has(type);
  if ((needsRecipient || item.recipient !== "") && !isParticipantId(item.recipient)) {
    return refuse("MALFORMED", `${field}.recipient`, "must be a participant id");
  }
  if (type === ReceiptType.ACCEPTED && item.evidence === undefined) {
    return refuse("MALFORMED", `${field}.evidence`, "is missing");
  }
  return undefined;
}

/**
 * Reads the body of a VOID (TP-WIRE-18): MALFORMED for a wrong body, TOO_LARGE for more numbers
 * than one may close.
 */
export function parseVoid(message: ParsedMessage): Outcome<Void> {
  const body = readBody(message, Kind.VOID, Void);
  if (!body.ok) return body;
  const { numbers } = body.value;
  if (numbers.length === 0) return malformed("void.numbers", "is missing");
  if (numbers.length > POST_LIMITS.voidNumbersMax) {
    return refused("TOO_LARGE", "void.numbers", `over ${POST_LIMITS.voidNumbersMax}`);
  }
  const seen = new Set<string>();
  for (const [index, number] of numbers.entries()) {
    const field = `void.numbers[${index}]`;
    if (!isKnown.lane(number.lane)) return malformed(`${field}.lane`, "is not a known value");
    if (number.pairSequence < 1n) return malformed(`${field}.pair_sequence`, "begins at 1");
    if (!isMessageId(number.messageId)) {
      return malformed(`${field}.message_id`, "must be a UUIDv7 in lower case");
    }
    const identity = `${number.lane} ${number.pairSequence}`;
    if (seen.has(identity)) return malformed(field, "is repeated");
    seen.add(identity);
  }
  return body;
}

/**
 * Reads the body of a GAP_NOTICE (TP-WIRE-19): MALFORMED for a wrong body, TOO_LARGE when it asks
 * for more numbers than one may.
 */
export function parseGapNotice(message: ParsedMessage): Outcome<GapNotice> {
  const body = readBody(message, Kind.GAP_NOTICE, GapNotice);
  if (!body.ok) return body;
  const { missing } = body.value;
  if (missing.length === 0) return malformed("gap_notice.missing", "is missing");
  let total = 0n;
  for (const [index, range] of missing.entries()) {
    const field = `gap_notice.missing[${index}]`;
    if (!isKnown.lane(range.lane)) return malformed(`${field}.lane`, "is not a known value");
    if (range.first < 1n) return malformed(`${field}.first`, "begins at 1");
    if (range.last < range.first) return malformed(`${field}.last`, "is before first");
    total += range.last - range.first + 1n;
    if (total > BigInt(WIRE_LIMITS.gapNumbersMax)) {
      return refused("TOO_LARGE", "gap_notice.missing", `over ${WIRE_LIMITS.gapNumbersMax}`);
    }
  }
  return body;
}

/** The generated code of one message type. */
interface Codec<T> extends Encoder<T> {
  decode(bytes: Uint8Array): T;
}

function readBody<T extends object>(
  message: ParsedMessage,
  kind: Kind,
  codec: Codec<T>,
): Outcome<T> {
  if (message.header.kind !== kind) return malformed("header.kind", "is another one");
  const [part] = message.envelope.parts;
  const body = part === undefined ? undefined : decodeExactly(codec, part.content);
  if (body === undefined) return malformed("body", "is not encoded as we do");
  return accepted(body);
}

function malformed(field: string, detail: string): Outcome<never> {
  return refused("MALFORMED", field, detail);
}
