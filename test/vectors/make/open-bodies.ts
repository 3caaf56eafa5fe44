import { hash } from "node:crypto";
import type { PlainFields } from "../../support/contract.ts";
import { invalidFeeds, validFeeds } from "./feeds.ts";
import { groupField, numberField } from "./raw-protobuf.ts";
import type { Row } from "./refused-row.ts";
import { type Encoder, messageId, openMessage, type Sample, withHeader } from "./sample-message.ts";
import { base64, type InvalidVector } from "./vector-forms.ts";

/** A message of a kind that is not sealed, and what its body says. */
export interface ValidBody {
  readonly name: string;
  /** Receipt, Void, GapNotice or MonitorFeed. */
  readonly message: string;
  readonly bytes: string;
  /** The body by the names of the contract; digests in lower-case hex. */
  readonly expected: unknown;
}

/** A message of a kind that is not sealed, whose body is refused. */
export type InvalidBody = InvalidVector & { readonly message: string };

const KIND_OF: Readonly<Record<string, string>> = {
  Receipt: "KIND_RECEIPT",
  Void: "KIND_VOID",
  GapNotice: "KIND_GAP_NOTICE",
  MonitorFeed: "KIND_MONITOR_FEED",
};

const digest = (number: number): Buffer => hash("sha256", `header ${number}`, "buffer");

/** A reference to a message of the participant the receipt is addressed to. */
function reference(number: number, changes: PlainFields = {}): PlainFields {
  return {
    original_sender: "AT",
    message_id: messageId(number),
    header_digest: digest(number),
    ...changes,
  };
}

function item(number: number, changes: PlainFields = {}): PlainFields {
  return { message: reference(number), ...changes };
}

const EVIDENCE: PlainFields = {
  entry: Buffer.from("a made-up log entry"),
  index: 7,
  checkpoint: "tracepost.example/vectors\n8\nAAAA\n",
};

/** The gateway tells AT that a message of its own was accepted. */
export function gatewayReceipt(encoder: Encoder): Sample {
  const body = encoder.message("Receipt", {
    type: "RECEIPT_TYPE_ACCEPTED",
    items: [item(1, { evidence: EVIDENCE })],
  });
  return fromGateway(openMessage("KIND_RECEIPT", "tracepost.v1.Receipt", body));
}

function fromGateway(sample: Sample): Sample {
  return withHeader(sample, { sender: "GATEWAY", message_id: messageId(30) });
}

/** Puts a body into a message from NE, or the gateway, to AT. */
function carry(encoder: Encoder, message: string, body: Uint8Array, gateway = false): string {
  const plain = openMessage(KIND_OF[message] ?? "", `tracepost.v1.${message}`, body);
  const lane = message === "MonitorFeed" ? { lane: "LANE_BULK" } : {};
  const sample = withHeader(plain, lane);
  return base64(encoder.sample(gateway ? fromGateway(sample) : sample));
}

/** Bodies that are taken. */
export function validBodies(encoder: Encoder): ValidBody[] {
  const valid = (name: string, message: string, body: PlainFields, gateway = false): ValidBody => ({
    name,
    message,
    bytes: carry(encoder, message, encoder.message(message, body), gateway),
    expected: inHex(body),
  });
  const code = "REFUSAL_CODE_CANNOT_OPEN";
  return [
    valid("delivered, one message", "Receipt", receipt("DELIVERED", [item(1)])),
    valid("delivered, 256 messages", "Receipt", receipt("DELIVERED", manyItems(256))),
    valid(
      "rejected, with code, field and remedy",
      "Receipt",
      receipt("REJECTED", [item(1, { code, field: "key", remedy: "Seal it anew." })]),
    ),
    valid(
      "accepted, by the gateway, with evidence",
      "Receipt",
      receipt("ACCEPTED", [item(1, { evidence: EVIDENCE })]),
      true,
    ),
    valid(
      "refused, by the gateway",
      "Receipt",
      receipt("REFUSED", [item(1, { code: "REFUSAL_CODE_EXPIRED", field: "header.expires_at" })]),
      true,
    ),
    valid(
      "expired, by the gateway",
      "Receipt",
      receipt("EXPIRED", [item(1, { recipient: "BR" })]),
      true,
    ),
    valid("a void of one number", "Void", { numbers: [voided(1)] }),
    valid("a void of 256 numbers", "Void", {
      numbers: range(256).map((index) => voided(index + 1)),
    }),
    valid("a gap notice about one number", "GapNotice", { missing: [gap(3, 3)] }),
    valid("a gap notice about 1,000 numbers", "GapNotice", {
      missing: [gap(1, 500), { ...gap(1, 500), lane: "LANE_BULK" }],
    }),
    ...validFeeds().map(([name, body]) => valid(name, "MonitorFeed", body, true)),
  ];
}

/** Bodies that are refused. */
export function invalidBodies(encoder: Encoder): InvalidBody[] {
  const vectors = (rule: string, message: string, rows: readonly Row[], gateway = false) =>
    rows.map(([name, code, field, body]) => {
      const encoded = body instanceof Uint8Array ? body : encoder.message(message, body);
      const bytes = carry(encoder, message, encoded, gateway);
      return { name, rule, message, code, field, bytes };
    });
  return [
    ...vectors("TP-WIRE-17", "Receipt", receiptRows(encoder)),
    ...vectors("TP-WIRE-17", "Receipt", gatewayRows(), true),
    ...vectors("TP-WIRE-18", "Void", voidRows()),
    ...vectors("TP-WIRE-19", "GapNotice", gapRows()),
    ...vectors("TP-FEED-2", "MonitorFeed", invalidFeeds(), true),
  ];
}

function receiptRows(encoder: Encoder): Row[] {
  const good = encoder.message("Receipt", receipt("DELIVERED", [item(1)]));
  const first = "receipt.items[0]";
  const about = (changes: PlainFields) =>
    receipt("DELIVERED", [{ message: reference(1, changes) }]);
  const behind = (bytes: Uint8Array) => Buffer.concat([good, bytes]);
  return [
    ["a body that is text", "MALFORMED", "body", Buffer.from("hello")],
    ["a body with its last byte cut off", "MALFORMED", "body", good.subarray(0, -1)],
    ["a body with its type written twice", "MALFORMED", "body", behind(numberField(1, 3))],
    [
      "a body with a field of number zero",
      "MALFORMED",
      "body",
      behind(Buffer.from([5, 0, 0, 0, 0])),
    ],
    ["a body with a group", "MALFORMED", "body", behind(groupField(99, numberField(1, 1)))],
    ["a receipt of no type", "MALFORMED", "receipt.type", { items: [item(1)] }],
    ["a receipt of an unknown type", "MALFORMED", "receipt.type", { type: 9, items: [item(1)] }],
    ["accepted, by a participant", "NOT_PERMITTED", "receipt.type", receipt("ACCEPTED", [item(1)])],
    ["refused, by a participant", "NOT_PERMITTED", "receipt.type", receipt("REFUSED", [item(1)])],
    ["expired, by a participant", "NOT_PERMITTED", "receipt.type", receipt("EXPIRED", [item(1)])],
    ["a receipt about nothing", "MALFORMED", "receipt.items", receipt("DELIVERED", [])],
    [
      "a receipt about 257 messages",
      "TOO_LARGE",
      "receipt.items",
      receipt("DELIVERED", manyItems(257)),
    ],
    ["an item without a message", "MALFORMED", `${first}.message`, receipt("DELIVERED", [{}])],
    [
      "an item about no participant",
      "MALFORMED",
      `${first}.message.original_sender`,
      about({ original_sender: "*" }),
    ],
    ["an item about no id", "MALFORMED", `${first}.message.message_id`, about({ message_id: "7" })],
    [
      "an item without a digest",
      "MALFORMED",
      `${first}.message.header_digest`,
      about({ header_digest: Buffer.alloc(0) }),
    ],
    [
      "an item about a message of a third participant",
      "NOT_PERMITTED",
      "receipt.items",
      about({ original_sender: "BR" }),
    ],
    ["rejected without a code", "MALFORMED", `${first}.code`, receipt("REJECTED", [item(1)])],
    [
      "rejected with an unknown code",
      "MALFORMED",
      `${first}.code`,
      receipt("REJECTED", [item(1, { code: 99 })]),
    ],
    [
      "delivered with a code",
      "MALFORMED",
      `${first}.code`,
      receipt("DELIVERED", [item(1, { code: "REFUSAL_CODE_EXPIRED" })]),
    ],
  ];
}

function gatewayRows(): Row[] {
  const first = "receipt.items[0]";
  return [
    ["delivered, by the gateway", "NOT_PERMITTED", "receipt.type", receipt("DELIVERED", [item(1)])],
    [
      "two items in a refusal of the gateway",
      "TOO_LARGE",
      "receipt.items",
      receipt("REFUSED", [
        item(1, { code: "REFUSAL_CODE_EXPIRED" }),
        item(2, { code: "REFUSAL_CODE_EXPIRED" }),
      ]),
    ],
    ["accepted without evidence", "MALFORMED", `${first}.evidence`, receipt("ACCEPTED", [item(1)])],
    ["refused without a code", "MALFORMED", `${first}.code`, receipt("REFUSED", [item(1)])],
    ["expired for nobody", "MALFORMED", `${first}.recipient`, receipt("EXPIRED", [item(1)])],
  ];
}

function voidRows(): Row[] {
  const first = "void.numbers[0]";
  const one = (changes: PlainFields) => ({ numbers: [{ ...voided(1), ...changes }] });
  const many = { numbers: range(257).map((index) => voided(index + 1)) };
  return [
    ["a void of nothing", "MALFORMED", "void.numbers", {}],
    ["a void of 257 numbers", "TOO_LARGE", "void.numbers", many],
    ["a void on no lane", "MALFORMED", `${first}.lane`, one({ lane: 0 })],
    ["a void of number 0", "MALFORMED", `${first}.pair_sequence`, one({ pair_sequence: 0 })],
    ["a void without a message id", "MALFORMED", `${first}.message_id`, one({ message_id: "" })],
    ["a number voided twice", "MALFORMED", "void.numbers[1]", { numbers: [voided(1), voided(1)] }],
  ];
}

function gapRows(): Row[] {
  const first = "gap_notice.missing[0]";
  const missing = (...ranges: readonly PlainFields[]) => ({ missing: ranges });
  const most = "18446744073709551615";
  return [
    ["a gap notice about nothing", "MALFORMED", "gap_notice.missing", {}],
    ["a gap on no lane", "MALFORMED", `${first}.lane`, missing({ ...gap(1, 1), lane: 0 })],
    ["a gap from number 0", "MALFORMED", `${first}.first`, missing(gap(0, 1))],
    ["a gap that ends before it begins", "MALFORMED", `${first}.last`, missing(gap(2, 1))],
    ["a gap of 1,001 numbers", "TOO_LARGE", "gap_notice.missing", missing(gap(1, 1_001))],
    [
      "gaps of 1,001 numbers together",
      "TOO_LARGE",
      "gap_notice.missing",
      missing(gap(1, 1_000), gap(2_000, 2_000)),
    ],
    [
      "a gap of all numbers there are",
      "TOO_LARGE",
      "gap_notice.missing",
      missing({ ...gap(1, 1), last: most }),
    ],
  ];
}

function receipt(type: string, items: readonly PlainFields[]): PlainFields {
  return { type: `RECEIPT_TYPE_${type}`, items };
}

function manyItems(count: number): PlainFields[] {
  return range(count).map((index) => item(index + 1));
}

function voided(number: number): PlainFields {
  return { lane: "LANE_NORMAL", pair_sequence: number, message_id: messageId(number) };
}

function gap(first: number, last: number): PlainFields {
  return { lane: "LANE_NORMAL", first, last };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function inHex(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(inHex);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inHex(one)]));
}
