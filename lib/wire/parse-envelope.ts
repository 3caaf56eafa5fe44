import { accepted, type Outcome, refused } from "#errors";
import { Envelope, Header } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { headerDigest } from "./digests.ts";
import { checkHeader, type ParseOptions } from "./header-rules.ts";
import { checkParts, checkPartTable } from "./part-rules.ts";
import { parseInSubject, parseOutSubject } from "./subjects.ts";

/** A well-formed message. `headerBytes` are the sender's; nobody makes them again. */
export interface ParsedMessage {
  readonly envelope: Envelope;
  readonly header: Header;
  readonly headerBytes: Uint8Array;
  /** SHA-256 of `headerBytes`: what the message is known by. */
  readonly headerDigest: Uint8Array;
  /** The whole envelope as received. */
  readonly bytes: Uint8Array;
}

/**
 * The validate step: bytes → message, or the first rule they break (TP-WIRE-4 to TP-WIRE-6).
 * Besides the rules it demands that decode → encode gives the same bytes, so that every decoder
 * reads the same message: a doubled submessage, an overlong varint or bad UTF-8 does not pass.
 */
export function parseEnvelope(
  bytes: Uint8Array,
  options: ParseOptions = {},
): Outcome<ParsedMessage> {
  const parsed = parseEnvelopeHead(bytes, options);
  if (!parsed.ok) return parsed;
  const { header, envelope } = parsed.value;
  const refusal = checkParts(header.parts, envelope.parts);
  return refusal === undefined ? parsed : { ok: false, refusal };
}

/** Everything of {@link parseEnvelope} but the comparison of the parts with the header's table. */
export function parseEnvelopeHead(
  bytes: Uint8Array,
  options: ParseOptions,
): Outcome<ParsedMessage> {
  if (bytes.length > WIRE_LIMITS.envelopeBytesMax) {
    return refused("TOO_LARGE", "envelope", `more than ${WIRE_LIMITS.envelopeBytesMax} bytes`);
  }
  const envelope = decodeExactly(Envelope, bytes);
  if (envelope === undefined) return refused("MALFORMED", "envelope", "not canonical protobuf");
  const shape = checkEnvelopeShape(envelope);
  if (!shape.ok) return shape;
  const headerBytes = envelope.header;
  if (headerBytes.length > WIRE_LIMITS.headerBytesMax) {
    return refused("TOO_LARGE", "header", `more than ${WIRE_LIMITS.headerBytesMax} bytes`);
  }
  const header = decodeExactly(Header, headerBytes);
  if (header === undefined) return refused("MALFORMED", "header", "not canonical protobuf");
  const checked = checkHeader(header, options);
  if (!checked.ok) return checked;
  const table = checkPartTable(header);
  if (table !== undefined) return { ok: false, refusal: table };
  const digest = headerDigest(headerBytes);
  return accepted({ envelope, header, headerBytes, headerDigest: digest, bytes });
}

/**
 * Whether a message is the one its subject says: another sender is `SENDER_MISMATCH`, another lane
 * or kind `MALFORMED` (TP-WIRE-7). Takes outbox and inbox subjects; on an inbox subject the
 * participant must be among the recipients.
 */
export function checkSubject(message: ParsedMessage, subject: string): Outcome<void> {
  const { header } = message;
  const out = parseOutSubject(subject);
  const address = out ?? parseInSubject(subject);
  if (address === undefined) return refused("MALFORMED", "subject", "not a subject of the exchange");
  if (out !== undefined && out.participant !== header.sender) {
    return refused("SENDER_MISMATCH", "header.sender", "the subject says another sender");
  }
  if (out === undefined && !header.recipients.includes(address.participant)) {
    return refused("NOT_ADDRESSED", "header.recipients", "the subject says another recipient");
  }
  if (address.kind !== header.kind) return refused("MALFORMED", "header.kind", "not the subject's");
  if (address.lane !== header.lane) return refused("MALFORMED", "header.lane", "not the subject's");
  return accepted(undefined);
}

interface Codec<T> {
  decode(bytes: Uint8Array): T;
  encode(message: T): { finish(): Uint8Array };
}

/** Decodes bytes that are the one encoding of what they decode to; else undefined. */
export function decodeExactly<T>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  try {
    const message = codec.decode(bytes);
    const again = codec.encode(message).finish();
    return Buffer.compare(again, bytes) === 0 ? message : undefined;
  } catch {
    // Truncated fields, wrong wire types, lengths beyond the end, nesting without end.
    return undefined;
  }
}

function checkEnvelopeShape(envelope: Envelope): Outcome<void> {
  if (envelope._unknownFields !== undefined) {
    return refused("MALFORMED", "envelope", "unknown field");
  }
  if (envelope.signatures.length !== 1) {
    return refused("MALFORMED", "signatures", "there must be exactly one");
  }
  for (const signature of envelope.signatures) {
    if (signature._unknownFields !== undefined) {
      return refused("MALFORMED", "signatures[0]", "unknown field");
    }
    if (!/^[0-9a-f]{32}$/.test(signature.keyId)) {
      return refused("MALFORMED", "signatures[0].key_id", "not a key id");
    }
    if (signature.value.length !== 64) {
      return refused("MALFORMED", "signatures[0].value", "not 64 bytes");
    }
  }
  const odd = envelope.parts.findIndex((part) => part._unknownFields !== undefined);
  return odd < 0 ? accepted(undefined) : refused("MALFORMED", `parts[${odd}]`, "unknown field");
}
