import type { PlainFields } from "../../support/contract.ts";
import {
  contentPart,
  type Encoder,
  infoOf,
  keyPart,
  openMessage,
  openPart,
  type Sample,
  type SamplePart,
  traceRequest,
  withHeader,
} from "./sample-message.ts";
import { base64, type InvalidVector } from "./vector-forms.ts";

const REQUEST_SCHEMA = "tracepost.v1.TraceRequest";
const BODY = contentPart("body", REQUEST_SCHEMA);
const PERSONS = contentPart("persons", REQUEST_SCHEMA);
const KEY = keyPart("key", "AT");
const PERSONS_KEY = keyPart("key/persons", "AT");

type Row = readonly [name: string, rule: string, code: string, field: string, bytes: Buffer];

/** Tables of parts that break a rule, and parts that are not what their table says. */
export function invalidParts(encoder: Encoder): InvalidVector[] {
  const rows = [...lineRows(encoder), ...tableRows(encoder), ...contentRows(encoder)];
  return rows.map(([name, rule, code, field, bytes]) => ({
    name,
    rule,
    code,
    field,
    bytes: base64(bytes),
  }));
}

/** One line of the table changed; the parts themselves are as they should be. */
function lineRows(encoder: Encoder): Row[] {
  const sample = traceRequest();
  const withLine = (index: number, changes: PlainFields): Buffer => {
    const table = sample.parts.map(infoOf);
    table[index] = { ...table[index], ...changes };
    return encoder.envelope(encoder.header(sample, table), sample.parts);
  };
  const row = (
    name: string,
    rule: string,
    code: string,
    at: readonly [index: number, field: string],
    changes: PlainFields,
  ): Row => [name, rule, code, `header.parts[${at[0]}].${at[1]}`, withLine(at[0], changes)];
  const malformed = "MALFORMED";
  return [
    row("a part of another name", "TP-WIRE-13", malformed, [0, "name"], { name: "attachment" }),
    row("a body for one recipient", "TP-WIRE-13", malformed, [0, "only_for"], { only_for: "AT" }),
    row("a key part for nobody", "TP-WIRE-13", malformed, [1, "only_for"], { only_for: "" }),
    row("a key part for a stranger", "TP-WIRE-13", malformed, [1, "only_for"], { only_for: "BR" }),
    row("a key part over the limit", "TP-WIRE-13", "TOO_LARGE", [1, "size_bytes"], {
      size_bytes: 4_097,
    }),
    row("a digest of 31 bytes", "TP-WIRE-14", malformed, [0, "sha256"], {
      sha256: Buffer.alloc(31, 1),
    }),
    row("no retention class", "TP-WIRE-13", malformed, [0, "retention_class"], {
      retention_class: "",
    }),
    row("a retention class in upper case", "TP-WIRE-13", malformed, [1, "retention_class"], {
      retention_class: "Trace",
    }),
    row("no schema", "TP-WIRE-13", "SCHEMA_UNSUPPORTED", [0, "schema"], { schema: "" }),
    row("a body of another kind", "TP-WIRE-13", "SCHEMA_UNSUPPORTED", [0, "schema"], {
      schema: "tracepost.v1.TraceReply",
    }),
    row("a body of another package", "TP-WIRE-13", "SCHEMA_UNSUPPORTED", [0, "schema"], {
      schema: "tracepost.v2.TraceRequest",
    }),
    row("a key part that holds something else", "TP-WIRE-13", "SCHEMA_UNSUPPORTED", [1, "schema"], {
      schema: REQUEST_SCHEMA,
    }),
    row("a body that is said not to be sealed", "TP-WIRE-12", "NOT_SEALED", [0, "sealed"], {
      sealed: false,
    }),
    row("a key part that is said not to be sealed", "TP-WIRE-12", "NOT_SEALED", [1, "sealed"], {
      sealed: false,
    }),
  ];
}

/** Tables whose lines are right one by one. */
function tableRows(encoder: Encoder): Row[] {
  const request = (parts: readonly SamplePart[]) => encoder.sample({ ...traceRequest(), parts });
  const twoRecipients = (parts: readonly SamplePart[]) =>
    encoder.sample({ ...withHeader(traceRequest(), { recipients: ["AT", "BR"] }), parts });
  const open = (part: PlainFields, parts = 1) => {
    const sample = voidMessage();
    const copies = Array.from({ length: parts }, () => ({ ...sample.parts[0], ...part }));
    return encoder.sample({ ...sample, parts: copies as unknown as SamplePart[] });
  };
  const table = "header.parts";
  const malformed = (name: string, field: string, bytes: Buffer): Row => [
    name,
    "TP-WIRE-13",
    "MALFORMED",
    field,
    bytes,
  ];
  return [
    malformed("no parts", table, request([])),
    malformed("no body", table, request([KEY])),
    malformed("a key part before the body", table, request([KEY, BODY])),
    malformed("no key part", table, request([BODY])),
    malformed("no key part for the second recipient", table, twoRecipients([BODY, KEY])),
    malformed("two bodies", `${table}[1].name`, request([BODY, BODY, KEY])),
    malformed("persons behind the key part", `${table}[2].name`, request([BODY, KEY, PERSONS])),
    malformed("two key parts for one recipient", `${table}[2]`, request([BODY, KEY, KEY])),
    malformed("persons without their key", table, request([BODY, PERSONS, KEY])),
    malformed("a key for persons that are not there", table, request([BODY, KEY, PERSONS_KEY])),
    [
      "a void that says it is sealed",
      "TP-WIRE-12",
      "MALFORMED",
      `${table}[0].sealed`,
      open({ sealed: true }),
    ],
    ["a void with two bodies", "TP-WIRE-12", "MALFORMED", table, open({}, 2)],
  ];
}

/** Good tables, and parts that are not theirs. */
function contentRows(encoder: Encoder): Row[] {
  const sample = traceRequest();
  const header = encoder.header(sample);
  const travelling = (...parts: readonly SamplePart[]) => encoder.envelope(header, parts);
  const other = Buffer.from(BODY.content);
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
  const plain = { ...BODY, content: Buffer.from("serial number in clear") };
  const mismatch = (name: string, field: string, bytes: Buffer): Row => [
    name,
    "TP-WIRE-14",
    "DIGEST_MISMATCH",
    field,
    bytes,
  ];
  return [
    mismatch("a part left out", "envelope.parts", travelling(BODY)),
    mismatch("a part too many", "envelope.parts[2]", travelling(BODY, KEY, KEY)),
    mismatch("parts in another order", "envelope.parts[0]", travelling(KEY, BODY)),
    mismatch(
      "a key part for another recipient",
      "envelope.parts[1]",
      travelling(BODY, { ...KEY, only_for: "BR" }),
    ),
    mismatch(
      "a body with one bit changed",
      "envelope.parts[0].content",
      travelling({ ...BODY, content: other }, KEY),
    ),
    mismatch(
      "a body that is one byte longer",
      "envelope.parts[0].content",
      travelling({ ...BODY, content: Buffer.concat([BODY.content, Buffer.from([0])]) }, KEY),
    ),
    [
      "a body in clear that is said to be sealed",
      "TP-WIRE-12",
      "NOT_SEALED",
      "envelope.parts[0].content",
      encoder.sample({ ...sample, parts: [plain, KEY] }),
    ],
    [
      "an empty body that is said to be sealed",
      "TP-WIRE-12",
      "NOT_SEALED",
      "envelope.parts[0].content",
      encoder.sample({ ...sample, parts: [{ ...BODY, content: Buffer.alloc(0) }, KEY] }),
    ],
  ];
}

function voidMessage(): Sample {
  const body = Buffer.from([0x0a, 0]);
  const sample = openMessage("KIND_VOID", "tracepost.v1.Void", body);
  return { ...sample, parts: [openPart("tracepost.v1.Void", body)] };
}
