import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import { Envelope, Header } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { checkHeader, type ParseOptions } from "./check-header.ts";
import { checkPartInfos, checkParts, partsMax } from "./check-parts.ts";
import { headerDigest } from "./digests.ts";
import { decodeExactly, hasUnknownFields, unknownFieldsAreLater } from "./exact-decode.ts";
import { countFields } from "./field-count.ts";
import { parseInSubject, parseOutSubject } from "./subjects.ts";
import { isKeyId } from "./text-rules.ts";

/**
 * A message whose form is right in every respect: the narrow type that the rest of the product
 * works with. Nothing is said yet about who made it.
 */
export interface ParsedMessage {
  readonly envelope: Envelope;
  readonly header: Header;
  /** Exactly as signed; a view into `bytes`. */
  readonly headerBytes: Uint8Array;
  /** SHA-256 over `headerBytes`. */
  readonly headerDigest: Uint8Array;
  /** The encoded envelope as received. */
  readonly bytes: Uint8Array;
}

/** Field numbers of tracepost.v1, by which later fields are told from misplaced ones. */
const ENVELOPE_PARTS_FIELD = 3;
const HEADER_RECIPIENTS_FIELD = 4;
const HEADER_PARTS_FIELD = 18;

/** Bytes of a signature, of either suite (TP-TRUST-9). */
const SIGNATURE_BYTES = 64;

/**
 * Reads an envelope as a participant sent it and does every check that needs no other knowledge
 * than the bytes (TP-WIRE-1 to TP-WIRE-14): MALFORMED, TOO_LARGE, DIGEST_MISMATCH,
 * SCHEMA_UNSUPPORTED or NOT_SEALED, naming the field. Never throws, whatever the bytes are. The
 * result holds views into `bytes`.
 */
export function parseEnvelope(
  bytes: Uint8Array,
  options: ParseOptions = {},
): Outcome<ParsedMessage> {
  return parse(bytes, options, false);
}

/** Reads an envelope from which key parts of other recipients may have been taken out. */
export function parseFilteredEnvelope(
  bytes: Uint8Array,
  options: ParseOptions = {},
): Outcome<ParsedMessage> {
  return parse(bytes, options, true);
}

/**
 * Checks that the subject says the same as the header (TP-WIRE-5). On an outbox subject another
 * sender is SENDER_MISMATCH; on an inbox subject a participant that is none of the recipients is
 * NOT_ADDRESSED; another lane or kind, or any other subject, is MALFORMED.
 */
export function checkSubject(message: ParsedMessage, subject: string): Outcome<void> {
  const { header } = message;
  const sender = parseOutSubject(subject);
  const address = sender ?? parseInSubject(subject);
  if (address === undefined) return refused("MALFORMED", "subject", "is none of the exchange");
  if (sender !== undefined && sender.participant !== header.sender) {
    return refused("SENDER_MISMATCH", "header.sender", "is not the sender of the subject");
  }
  if (sender === undefined && !header.recipients.includes(address.participant)) {
    return refused("NOT_ADDRESSED", "header.recipients", "lack the recipient of the subject");
  }
  if (address.lane !== header.lane) {
    return refused("MALFORMED", "header.lane", "is not the lane of the subject");
  }
  if (address.kind !== header.kind) {
    return refused("MALFORMED", "header.kind", "is not the kind of the subject");
  }
  return accepted(undefined);
}

function parse(
  bytes: Uint8Array,
  options: ParseOptions,
  filtered: boolean,
): Outcome<ParsedMessage> {
  if (bytes.length > WIRE_LIMITS.envelopeBytesMax) {
    return refused("TOO_LARGE", "envelope", `over ${WIRE_LIMITS.envelopeBytesMax} bytes`);
  }
  const counts = countFields(bytes, ENVELOPE_PARTS_FIELD);
  if (counts === undefined) return refused("MALFORMED", "envelope", "is no protobuf message");
  if ((counts[ENVELOPE_PARTS_FIELD] ?? 0) > partsMax(WIRE_LIMITS.recipientsMax)) {
    return refused("TOO_LARGE", "envelope.parts", `over ${partsMax(WIRE_LIMITS.recipientsMax)}`);
  }
  const envelope = decodeExactly(Envelope, bytes);
  if (envelope === undefined) return refused("MALFORMED", "envelope", "is not encoded as we do");
  const form = checkEnvelopeForm(envelope);
  if (form !== undefined) return { ok: false, refusal: form };
  const decoded = decodeHeader(envelope.header);
  if (!decoded.ok) return decoded;
  const header = decoded.value;
  const refusal =
    checkHeader(header, options) ??
    checkPartInfos(header) ??
    checkParts(envelope.parts, header, filtered);
  if (refusal !== undefined) return { ok: false, refusal };
  const headerBytes = envelope.header;
  const digest = headerDigest(headerBytes);
  return accepted({ envelope, header, headerBytes, headerDigest: digest, bytes });
}

function checkEnvelopeForm(envelope: Envelope): Refusal | undefined {
  const unknown =
    hasUnknownFields(envelope) ||
    envelope.signatures.some(hasUnknownFields) ||
    envelope.parts.some(hasUnknownFields);
  if (unknown) return refuse("MALFORMED", "envelope", "holds an unknown field");
  const [signature, ...others] = envelope.signatures;
  if (signature === undefined || others.length > 0) {
    return refuse("MALFORMED", "envelope.signatures", "must be exactly one");
  }
  if (!isKeyId(signature.keyId)) {
    return refuse("MALFORMED", "envelope.signatures[0].key_id", "must be 32 lower-case hex digits");
  }
  if (signature.value.length !== SIGNATURE_BYTES) {
    return refuse(
      "MALFORMED",
      "envelope.signatures[0].value",
      `must have ${SIGNATURE_BYTES} bytes`,
    );
  }
  return undefined;
}

function decodeHeader(bytes: Uint8Array): Outcome<Header> {
  if (bytes.length === 0) return refused("MALFORMED", "header", "is missing");
  if (bytes.length > WIRE_LIMITS.headerBytesMax) {
    return refused("TOO_LARGE", "header", `over ${WIRE_LIMITS.headerBytesMax} bytes`);
  }
  const counts = countFields(bytes, HEADER_PARTS_FIELD);
  if (counts === undefined) return refused("MALFORMED", "header", "is no protobuf message");
  if ((counts[HEADER_RECIPIENTS_FIELD] ?? 0) > WIRE_LIMITS.recipientsMax) {
    return refused("TOO_LARGE", "header.recipients", `over ${WIRE_LIMITS.recipientsMax}`);
  }
  if ((counts[HEADER_PARTS_FIELD] ?? 0) > partsMax(WIRE_LIMITS.recipientsMax)) {
    return refused("TOO_LARGE", "header.parts", `over ${partsMax(WIRE_LIMITS.recipientsMax)}`);
  }
  const header = decodeExactly(Header, bytes);
  if (header === undefined) return refused("MALFORMED", "header", "is not encoded as we do");
  if (!headerFieldsAreReadable(header)) {
    return refused("MALFORMED", "header", "holds a known field under another wire type");
  }
  return accepted(header);
}

/** Unknown optional fields are kept, so that a later version can add some (TP-WIRE-4). */
function headerFieldsAreReadable(header: Header): boolean {
  const { disclosed, expiresAt, handling, inReplyTo, sentAt } = header;
  return (
    unknownFieldsAreLater(header, HEADER_PARTS_FIELD) &&
    (inReplyTo === undefined || unknownFieldsAreLater(inReplyTo, 3)) &&
    (sentAt === undefined || unknownFieldsAreLater(sentAt, 2)) &&
    (expiresAt === undefined || unknownFieldsAreLater(expiresAt, 2)) &&
    (handling === undefined || unknownFieldsAreLater(handling, 4)) &&
    (disclosed === undefined || unknownFieldsAreLater(disclosed, 2)) &&
    header.parts.every((info) => unknownFieldsAreLater(info, 7))
  );
}
