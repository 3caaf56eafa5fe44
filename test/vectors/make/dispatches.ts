import { hash } from "node:crypto";
import { gatewayReceipt } from "./open-bodies.ts";
import { bytesField, numberField } from "./raw-protobuf.ts";
import {
  contentPart,
  type Encoder,
  keyPart,
  messageId,
  type Sample,
  type SamplePart,
  traceRequest,
  withHeader,
} from "./sample-message.ts";
import { base64, type InvalidVector, refusedAlike, repeated } from "./vector-forms.ts";

const DISPATCH_BYTES_MAX = 1_000 * 1_024;
const LATER_FIELD = 99;

/** What lies in an inbox, with what a reader must find in it. */
export interface ValidDispatch {
  readonly name: string;
  readonly bytes: string;
  readonly sender: string;
  readonly message_id: string;
  /** `name` or `name>only_for`, in order. */
  readonly parts: readonly string[];
  /** Index of the log entry; absent on receipts of the gateway. */
  readonly log_index?: number;
}

const BODY = contentPart("body", "tracepost.v1.Alert");
const RECIPIENTS = ["AT", "BR", "US"];
const [FIRST, SECOND, THIRD] = RECIPIENTS.map((recipient) => keyPart("key", recipient)) as [
  SamplePart,
  SamplePart,
  SamplePart,
];

function alert(): Sample {
  const { instrument_basis: _basis, disclosed: _disclosed, ...rest } = traceRequest().header;
  return {
    header: {
      ...rest,
      message_id: messageId(20),
      kind: "KIND_ALERT",
      recipients: RECIPIENTS,
      lane: "LANE_URGENT",
      disclosed: {
        alert_move: "ALERT_MOVE_ALERT",
        alert_kind: "ALERT_KIND_WANTED_FIREARM",
        alert_scope: "ALERT_SCOPE_PRIVATE",
      },
    },
    parts: [BODY, FIRST, SECOND, THIRD],
  };
}

function evidence(encoder: Encoder): Buffer {
  return encoder.message("LogEvidence", {
    entry: Buffer.from("a made-up log entry"),
    index: 41,
    checkpoint: "tracepost.example/vectors\n42\nAAAA\n",
    inclusion_path: [hash("sha256", "left", "buffer"), hash("sha256", "right", "buffer")],
  });
}

/** The alert as it reaches an inbox with these parts. */
function dispatched(encoder: Encoder, parts: readonly SamplePart[]): Buffer {
  const envelope = encoder.envelope(encoder.header(alert()), parts);
  return Buffer.concat([bytesField(1, envelope), bytesField(2, evidence(encoder))]);
}

/** Dispatches that are taken. */
export function validDispatches(encoder: Encoder): ValidDispatch[] {
  const filtered = (name: string, parts: readonly SamplePart[]): ValidDispatch => ({
    name,
    bytes: base64(dispatched(encoder, parts)),
    sender: "NE",
    message_id: messageId(20),
    parts: parts.map((part) => (part.only_for ? `${part.name}>${part.only_for}` : part.name)),
    log_index: 41,
  });
  return [
    filtered("an alert for its first recipient", [BODY, FIRST]),
    filtered("an alert for its last recipient", [BODY, THIRD]),
    filtered("an alert with the key parts of all", [BODY, FIRST, SECOND, THIRD]),
    {
      name: "a receipt of the gateway, which needs no evidence of its own",
      bytes: base64(bytesField(1, encoder.sample(gatewayReceipt(encoder)))),
      sender: "GATEWAY",
      message_id: messageId(30),
      parts: ["body"],
    },
  ];
}

/** Dispatches that are refused. */
export function invalidDispatches(encoder: Encoder): InvalidVector[] {
  const good = dispatched(encoder, [BODY, FIRST]);
  const envelope = encoder.envelope(encoder.header(alert()), [BODY, FIRST]);
  const later = numberField(LATER_FIELD, 1);
  const join = (...pieces: readonly Uint8Array[]): Buffer => Buffer.concat(pieces);
  const changed = { ...FIRST, content: join(FIRST.content, Buffer.from([0])) };
  const gatewayTrace = withHeader(traceRequest(), { sender: "GATEWAY" });
  return [
    ...refusedAlike("TP-WIRE-2", "MALFORMED", "dispatch", {
      "a dispatch that is text": Buffer.from("hello"),
      "a dispatch with its last byte cut off": good.subarray(0, -1),
      "two envelopes in one dispatch": join(bytesField(1, envelope), good),
    }),
    ...refusedAlike("TP-WIRE-16", "MALFORMED", "dispatch", {
      "an unknown field in a dispatch": join(good, later),
      "an unknown field in the evidence": join(
        bytesField(1, envelope),
        bytesField(2, join(evidence(encoder), later)),
      ),
    }),
    ...refusedAlike("TP-WIRE-1", "TOO_LARGE", "dispatch", {
      "a dispatch one byte over the limit": repeated(
        good,
        Buffer.from([0]),
        DISPATCH_BYTES_MAX + 1 - good.length,
      ),
    }),
    ...refusedAlike("TP-WIRE-16", "DIGEST_MISMATCH", "envelope.parts", {
      "a dispatch with no part at all": dispatched(encoder, []),
    }),
    ...refusedAlike("TP-WIRE-16", "DIGEST_MISMATCH", "envelope.parts[0]", {
      "a dispatch without the body": dispatched(encoder, [FIRST]),
    }),
    ...refusedAlike("TP-WIRE-16", "DIGEST_MISMATCH", "envelope.parts[2]", {
      "key parts in another order": dispatched(encoder, [BODY, SECOND, FIRST]),
    }),
    ...refusedAlike("TP-WIRE-16", "DIGEST_MISMATCH", "envelope.parts[1].content", {
      "a key part that was changed on the way": dispatched(encoder, [BODY, changed]),
    }),
    ...refusedAlike("TP-WIRE-6", "MALFORMED", "header.sender", {
      "a trace request of the gateway": bytesField(1, encoder.sample(gatewayTrace)),
    }),
  ];
}
