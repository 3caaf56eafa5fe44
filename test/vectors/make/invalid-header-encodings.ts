import type { PlainFields } from "../../support/contract.ts";
import { bytesField, groupField, numberField, varint } from "./raw-protobuf.ts";
import { type Encoder, infoOf, openMessage, traceRequest, withHeader } from "./sample-message.ts";
import { type InvalidVector, refusedAlike } from "./vector-forms.ts";

const LATER_FIELD = 99;
/** Field numbers of Header. */
const KIND = 2;
const RECIPIENTS = 4;
const STATUS = 12;
const BASIS = 15;
const HANDLING = 16;
const PARTS = 18;
/** Field 3 of Handling is text; here it is a number. */
const WRONG_WIRE_TYPE = numberField(3, 5);

const join = (...pieces: readonly Uint8Array[]): Buffer => Buffer.concat(pieces);

/** Headers that another decoder might read otherwise, in envelopes that are well. */
export function invalidHeaderEncodings(encoder: Encoder): InvalidVector[] {
  const sample = traceRequest();
  const header = encoder.header(sample);
  const signed = (bytes: Uint8Array) => encoder.envelope(bytes, sample.parts);
  const handling = encoder.message("Handling", sample.header.handling as PlainFields);
  /** The header with one field, which it must hold, replaced by others. */
  const replaced = (field: Uint8Array, ...others: readonly Uint8Array[]) => {
    const at = header.indexOf(field);
    if (at < 0) throw new TypeError("the header does not hold this field");
    return signed(join(header.subarray(0, at), ...others, header.subarray(at + field.length)));
  };
  const group = encoder.header(withHeader(sample, { addressed_group: "group" }));
  group[group.indexOf("group") + 1] = 0xc0;
  const [body = {}] = sample.parts.map(infoOf);
  const isRed = encoder.message("Handling", { tlp: "TLP_RED" });
  const status = numberField(STATUS, 3);
  const basis = bytesField(BASIS, varint(2));
  return [
    ...refusedAlike("TP-WIRE-2", "MALFORMED", "header", {
      "a header that is text": signed(Buffer.from("hello")),
      "a header with its last byte cut off": signed(header.subarray(0, -1)),
      "a doubled sub-message, which readers merge or replace": replaced(
        bytesField(HANDLING, handling),
        bytesField(HANDLING, isRed),
        bytesField(HANDLING, handling),
      ),
      "repeated numbers that are not packed": replaced(basis, numberField(BASIS, 2)),
      "repeated numbers in two packs": replaced(basis, basis, bytesField(BASIS, varint(3))),
      "a doubled number": replaced(status, numberField(STATUS, 1), status),
      "a number in more bytes than needed": replaced(status, varint(STATUS * 8), varint(3, 2)),
      "a zero written out": replaced(status, numberField(STATUS, 0)),
      "a truth value of two": signed(withTruthOfTwo(header)),
      "fields of the header out of order": replaced(
        numberField(KIND, 1),
        Buffer.alloc(0),
        numberField(STATUS, 3),
        numberField(KIND, 1),
      ),
      "a group name that is not UTF-8": signed(group),
      "a proto2 group in the header": signed(
        join(header, groupField(LATER_FIELD, numberField(1, 1))),
      ),
    }),
    ...refusedAlike("TP-WIRE-4", "MALFORMED", "header", {
      "a known field under another wire type": signed(join(header, WRONG_WIRE_TYPE)),
      "a known field of a sub-message under another wire type": replaced(
        bytesField(HANDLING, handling),
        bytesField(HANDLING, join(handling, WRONG_WIRE_TYPE)),
      ),
    }),
    ...refusedAlike("TP-WIRE-1", "TOO_LARGE", "header.recipients", {
      "257 recipients": signed(join(header, manyFields(RECIPIENTS, "AT", 256))),
    }),
    ...refusedAlike("TP-WIRE-1", "TOO_LARGE", "header.parts", {
      "521 lines in the table of parts": signed(join(header, manyFields(PARTS, "", 519))),
      "more parts than one recipient can need": encoder.envelope(
        encoder.header(
          sample,
          Array.from({ length: 11 }, () => body),
        ),
        sample.parts,
      ),
    }),
    ...refusedAlike("TP-WIRE-14", "DIGEST_MISMATCH", "envelope.parts", {
      "an empty body whose part is not there": emptyBody(encoder),
    }),
  ];
}

function manyFields(field: number, content: string, times: number): Buffer {
  return join(...Array.from({ length: times }, () => bytesField(field, content)));
}

/** The last field of the last line of the table is `sealed`. */
function withTruthOfTwo(header: Uint8Array): Buffer {
  const bytes = Buffer.from(header);
  bytes[bytes.length - 1] = 2;
  return bytes;
}

function emptyBody(encoder: Encoder): Buffer {
  const open = openMessage("KIND_VOID", "tracepost.v1.Void", Buffer.alloc(0));
  return encoder.envelope(encoder.header(open), []);
}
