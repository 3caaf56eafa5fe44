import { bytesField, groupField, numberField, varint } from "./raw-protobuf.ts";
import { type Encoder, traceRequest } from "./sample-message.ts";
import { type InvalidVector, refusedAlike, repeated } from "./vector-forms.ts";

const ENVELOPE_BYTES_MAX = 960 * 1_024;
const HEADER_BYTES_MAX = 64 * 1_024;
const PARTS_MAX = 8 + 2 * 256;
const LATER_FIELD = 99;
const KEY_ID = "0123456789abcdef0123456789abcdef";

/** Envelopes that another decoder might read otherwise, or that cost too much to read. */
export function invalidEncodings(encoder: Encoder): InvalidVector[] {
  return [...doubtful(encoder), ...tooLarge(encoder), ...unknown(encoder), ...signatures(encoder)];
}

const join = (...pieces: readonly Uint8Array[]): Buffer => Buffer.concat(pieces);

/** The fields of the ordinary trace request's envelope. */
function fieldsOf(encoder: Encoder) {
  const sample = traceRequest();
  const headerBytes = encoder.header(sample);
  return {
    good: encoder.sample(sample),
    headerBytes,
    header: bytesField(1, headerBytes),
    signatureBytes: encoder.signature(headerBytes),
    signature: bytesField(2, encoder.signature(headerBytes)),
    firstPart: join(...sample.parts.slice(0, 1).map((part) => encoder.part(part))),
    parts: join(...sample.parts.map((part) => bytesField(3, encoder.part(part)))),
  };
}

function doubtful(encoder: Encoder): InvalidVector[] {
  const { good, header, headerBytes, signature, firstPart, parts } = fieldsOf(encoder);
  const nameBytes = bytesField(1, "body").length;
  const badName = join(bytesField(1, Buffer.from([0xff])), firstPart.subarray(nameBytes));
  const withPart = (part: Uint8Array) => join(header, signature, bytesField(3, part));
  const overlong = join(varint(10), varint(headerBytes.length, 5), headerBytes);
  return [
    ...refusedAlike("TP-WIRE-2", "MALFORMED", "envelope", {
      "text instead of protobuf": Buffer.from("hello"),
      "one byte cut off": good.subarray(0, -1),
      "a zero byte behind": join(good, Buffer.from([0])),
      "a length in more bytes than needed": join(overlong, signature, parts),
      "two headers, of which readers take one or the other": join(header, header, signature, parts),
      "fields out of order": join(signature, header, parts),
      "an empty text written out": withPart(join(firstPart, bytesField(2, ""))),
      "a name that is not UTF-8": withPart(badName),
      "a group in the envelope": join(good, groupField(LATER_FIELD, numberField(1, 1))),
      "a group that does not end": join(good, varint(LATER_FIELD * 8 + 3)),
      "a length far beyond the end": join(good, varint(26), varint(2 ** 40)),
      "a field of number zero": join(good, varint(2), varint(0)),
    }),
    ...refusedAlike("TP-WIRE-3", "MALFORMED", "envelope.signatures", {
      "no bytes at all": Buffer.alloc(0),
      "no signature": join(header, parts),
      "two signatures": join(header, signature, signature, parts),
    }),
    ...refusedAlike("TP-WIRE-2", "MALFORMED", "header", { "no header": join(signature, parts) }),
  ];
}

function tooLarge(encoder: Encoder): InvalidVector[] {
  const { good, header, signature } = fieldsOf(encoder);
  const zero = Buffer.from([0]);
  const longHeader = join(varint(10), varint(HEADER_BYTES_MAX + 1));
  return [
    ...refusedAlike("TP-WIRE-1", "TOO_LARGE", "envelope", {
      "one byte over the limit": repeated(good, zero, ENVELOPE_BYTES_MAX + 1 - good.length),
    }),
    ...refusedAlike("TP-WIRE-1", "TOO_LARGE", "envelope.parts", {
      "521 parts": repeated(join(header, signature), bytesField(3, ""), PARTS_MAX + 1),
    }),
    ...refusedAlike("TP-WIRE-1", "TOO_LARGE", "header", {
      "a header one byte over the limit": repeated(
        longHeader,
        zero,
        HEADER_BYTES_MAX + 1,
        signature,
      ),
    }),
  ];
}

function unknown(encoder: Encoder): InvalidVector[] {
  const { good, header, signature, signatureBytes, firstPart, parts } = fieldsOf(encoder);
  const later = numberField(LATER_FIELD, 1);
  return refusedAlike("TP-WIRE-4", "MALFORMED", "envelope", {
    "an unknown field in the envelope": join(good, later),
    "an unknown field in the signature": join(
      header,
      bytesField(2, join(signatureBytes, later)),
      parts,
    ),
    "an unknown field in a part": join(header, signature, bytesField(3, join(firstPart, later))),
    "a known field of the envelope under another wire type": join(good, numberField(1, 1)),
  });
}

function signatures(encoder: Encoder): InvalidVector[] {
  const { header, parts } = fieldsOf(encoder);
  const signed = (key_id: string, valueBytes: number) => {
    const value = Buffer.alloc(valueBytes, 1);
    return join(header, bytesField(2, encoder.message("Signature", { key_id, value })), parts);
  };
  return [
    ...refusedAlike("TP-WIRE-3", "MALFORMED", "envelope.signatures[0].key_id", {
      "no key id": signed("", 64),
      "a key id in upper case": signed(KEY_ID.toUpperCase(), 64),
      "a key id one digit short": signed(KEY_ID.slice(1), 64),
    }),
    ...refusedAlike("TP-WIRE-3", "MALFORMED", "envelope.signatures[0].value", {
      "no signature value": signed(KEY_ID, 0),
      "a signature one byte short": signed(KEY_ID, 63),
      "a signature one byte long": signed(KEY_ID, 65),
    }),
  ];
}
