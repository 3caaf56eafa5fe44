import type { PlainFields } from "../../support/contract.ts";
import {
  CONVERSATION,
  type Encoder,
  EXPIRES_AT,
  messageId,
  openMessage,
  type Sample,
  SENT_AT,
  sealedParts,
  traceRequest,
  withHeader,
} from "./sample-message.ts";
import { base64, type InvalidVector } from "./vector-forms.ts";

type Row = readonly [name: string, field: string, changes: PlainFields];

const UNKNOWN_VALUE = 77;
const DIGEST = Buffer.alloc(32, 7);
const REQUEST = { original_sender: "NE", message_id: messageId(1), header_digest: DIGEST };
const LONG_TEXT = "g".repeat(257);

/** Headers that are encoded well and break one rule; MALFORMED unless said otherwise. */
export function invalidHeaders(encoder: Encoder): InvalidVector[] {
  const vectors = (rule: string, sample: Sample, rows: readonly Row[]) =>
    rows.map(([name, field, changes]) => {
      const bytes = base64(encoder.sample(withHeader(sample, changes)));
      return { name, rule, code: "MALFORMED", field: `header.${field}`, bytes };
    });
  const request = traceRequest();
  return [
    ...vectors("TP-WIRE-6", request, SENDERS),
    ...vectors("TP-FEED-1", feed(), FEED_SENDERS),
    ...vectors("TP-WIRE-7", request, IDS),
    ...vectors("TP-WIRE-7", request, RECIPIENTS),
    ...vectors("TP-WIRE-7", request, TIMES),
    ...vectors("TP-WIRE-7", voidMessage(), ON_OPEN_KINDS),
    ...vectors("TP-WIRE-8", request, TEXTS),
    ...vectors("TP-WIRE-9", request, LANES),
    ...vectors("TP-WIRE-9", alert(), ALERT_LANES),
    ...vectors("TP-WIRE-10", reply(), REPLIES),
    ...vectors("TP-WIRE-11", request, TRACE_RULES),
    ...vectors("TP-WIRE-11", request, VALUES),
    {
      name: "a kind of another version",
      rule: "TP-WIRE-11",
      code: "SCHEMA_UNSUPPORTED",
      field: "header.kind",
      bytes: base64(encoder.sample(withHeader(request, { kind: UNKNOWN_VALUE }))),
    },
    ...tooMany(encoder),
  ];
}

const SENDERS: readonly Row[] = [
  ["the sender *, a wildcard of NATS", "sender", { sender: "*" }],
  ["the sender >, a wildcard of NATS", "sender", { sender: ">" }],
  ["a sender with a dot, a token too many", "sender", { sender: "NE.AT" }],
  ["a sender in lower case", "sender", { sender: "ne" }],
  ["a sender with a line feed behind", "sender", { sender: "NE\n" }],
  ["no sender", "sender", { sender: "" }],
  ["the reserved sender GATEWAY on a trace", "sender", { sender: "GATEWAY" }],
  ["a unit name of one character", "sender", { sender: "NE-A" }],
  ["an organization without a name", "sender", { sender: "ORG-" }],
];

const FEED_SENDERS: readonly Row[] = [
  ["a feed of a participant", "sender", {}],
  ["a feed to two monitors", "sender", { recipients: ["AT", "BR"] }],
];

function feed(): Sample {
  const sample = openMessage("KIND_MONITOR_FEED", "tracepost.v1.MonitorFeed", Buffer.of());
  return withHeader(sample, { lane: "LANE_BULK" });
}

const IDS: readonly Row[] = [
  ["no kind", "kind", { kind: "KIND_UNSPECIFIED" }],
  ["no message id", "message_id", { message_id: "" }],
  [
    "a message id in upper case",
    "message_id",
    { message_id: "019CB8F2-8800-7000-8000-000000000001" },
  ],
  ["a message id of version 4", "message_id", { message_id: CONVERSATION }],
  ["a message id of another variant", "message_id", { message_id: variantOf(messageId(1)) }],
  ["supersedes that is no message id", "supersedes", { supersedes: CONVERSATION }],
  ["supersedes that is the message itself", "supersedes", { supersedes: messageId(1) }],
  ["no conversation id on a trace", "conversation_id", { conversation_id: "" }],
  ["a conversation id in braces", "conversation_id", { conversation_id: `{${CONVERSATION}}` }],
  ["no register version", "register_version", { register_version: 0 }],
];

const RECIPIENTS: readonly Row[] = [
  ["no recipients", "recipients", { recipients: [] }],
  ["a wildcard among the recipients", "recipients[1]", { recipients: ["AT", "*"] }],
  ["the gateway as a recipient", "recipients[0]", { recipients: ["GATEWAY"] }],
  ["the sender among the recipients", "recipients[1]", { recipients: ["AT", "NE"] }],
  ["a recipient named twice", "recipients[1]", { recipients: ["AT", "AT"] }],
];

const TIMES: readonly Row[] = [
  ["no sent_at", "sent_at", { sent_at: undefined }],
  ["negative nanoseconds", "sent_at", { sent_at: { seconds: SENT_AT, nanos: -1 } }],
  ["a second of nanoseconds", "sent_at", { sent_at: { seconds: SENT_AT, nanos: 1_000_000_000 } }],
  ["sent_at after the year 9999", "sent_at", { sent_at: { seconds: 253_402_300_800 } }],
  ["no expires_at", "expires_at", { expires_at: undefined }],
  ["expires_at equal to sent_at", "expires_at", { expires_at: { seconds: SENT_AT } }],
  ["expires_at before sent_at", "expires_at", { expires_at: { seconds: SENT_AT - 1 } }],
  ["no status", "status", { status: 0 }],
  ["no priority", "priority", { priority: 0 }],
  ["no lane", "lane", { lane: 0 }],
];

const ON_OPEN_KINDS: readonly Row[] = [
  ["a conversation id on a void", "conversation_id", { conversation_id: CONVERSATION }],
  ["a void to two recipients", "recipients", { recipients: ["AT", "BR"] }],
  ["a void on the bulk lane", "lane", { lane: "LANE_BULK" }],
];

const TEXTS: readonly Row[] = [
  ["a group that is not in normal form C", "addressed_group", { addressed_group: "E\u0301tats" }],
  ["a group with a control character", "addressed_group", { addressed_group: "a\u0007b" }],
  ["a group with a direction mark", "addressed_group", { addressed_group: "a\u202eb" }],
  ["a group with a line separator", "addressed_group", { addressed_group: "a\u2028b" }],
  ["a group of 257 characters", "addressed_group", { addressed_group: LONG_TEXT }],
];

const LANES: readonly Row[] = [
  ["URGENT priority on the normal lane", "lane", { priority: "PRIORITY_URGENT" }],
  ["ROUTINE priority on the urgent lane", "lane", { lane: "LANE_URGENT" }],
  ["a trace request on the bulk lane", "lane", { lane: "LANE_BULK" }],
  ["an attachment on the normal lane", "lane", { kind: "KIND_ATTACHMENT_CHUNK" }],
];

const ALERT_LANES: readonly Row[] = [
  ["an alert on the normal lane", "lane", { lane: "LANE_NORMAL" }],
];

const REPLIES: readonly Row[] = [
  ["a reply to nothing", "in_reply_to", { in_reply_to: undefined }],
  [
    "a reply to no participant",
    "in_reply_to.original_sender",
    { in_reply_to: { ...REQUEST, original_sender: "" } },
  ],
  [
    "a reply to no message id",
    "in_reply_to.message_id",
    { in_reply_to: { ...REQUEST, message_id: CONVERSATION } },
  ],
  [
    "a reply to a digest of 31 bytes",
    "in_reply_to.header_digest",
    { in_reply_to: { ...REQUEST, header_digest: DIGEST.subarray(1) } },
  ],
];

const HANDLING = traceRequest().header.handling as PlainFields;
const handling = (changes: PlainFields): PlainFields => ({ handling: { ...HANDLING, ...changes } });

const TRACE_RULES: readonly Row[] = [
  ["a trace request without an instrument", "instrument_basis", { instrument_basis: [] }],
  ["an instrument of no value", "instrument_basis", { instrument_basis: [0] }],
  ["an instrument named twice", "instrument_basis", { instrument_basis: [2, 2] }],
  ["a trace request without handling", "handling", { handling: undefined }],
  ["a trace request that discloses no move", "disclosed.move", { disclosed: undefined }],
  ["handling without a TLP label", "handling.tlp", handling({ tlp: 0 })],
  ["a use restriction of no value", "handling.use", handling({ use: [0] })],
  ["a use restriction named twice", "handling.use", handling({ use: [1, 1] })],
  ["release to a wildcard", "handling.releasable_to", handling({ releasable_to: ["TG", ">"] })],
  [
    "an originator that is no State",
    "handling.originator_state",
    handling({ originator_state: "Niger" }),
  ],
];

const VALUES: readonly Row[] = [
  ["an unknown status", "status", { status: UNKNOWN_VALUE }],
  ["an unknown priority", "priority", { priority: UNKNOWN_VALUE }],
  ["an unknown lane", "lane", { lane: UNKNOWN_VALUE }],
  ["a negative lane", "lane", { lane: -1 }],
  ["an unknown instrument", "instrument_basis", { instrument_basis: [2, UNKNOWN_VALUE] }],
  [
    "a completeness above ten tenths",
    "disclosed.completeness_tenth",
    { disclosed: { move: "TRACE_MOVE_REQUEST", completeness_tenth: 11 } },
  ],
  ["an unknown TLP label", "handling.tlp", handling({ tlp: UNKNOWN_VALUE })],
  ["an unknown use restriction", "handling.use", handling({ use: [UNKNOWN_VALUE] })],
  ["an unknown move", "disclosed.move", { disclosed: { move: UNKNOWN_VALUE } }],
  [
    "an unknown outcome class",
    "disclosed.outcome_class",
    { disclosed: { move: 1, outcome_class: UNKNOWN_VALUE } },
  ],
];

function variantOf(id: string): string {
  return `${id.slice(0, 19)}c${id.slice(20)}`;
}

function voidMessage(): Sample {
  return openMessage("KIND_VOID", "tracepost.v1.Void", Buffer.from([0x0a, 0]));
}

function alert(): Sample {
  const { header } = traceRequest();
  const { instrument_basis: _basis, disclosed: _disclosed, ...rest } = header;
  return {
    header: {
      ...rest,
      kind: "KIND_ALERT",
      lane: "LANE_URGENT",
      disclosed: {
        alert_move: "ALERT_MOVE_ALERT",
        alert_kind: "ALERT_KIND_WANTED_FIREARM",
        alert_scope: "ALERT_SCOPE_PRIVATE",
      },
    },
    parts: sealedParts("tracepost.v1.Alert", ["AT"]),
  };
}

function reply(): Sample {
  const { header } = traceRequest();
  return {
    header: {
      ...header,
      message_id: messageId(2),
      kind: "KIND_TRACE_REPLY",
      sender: "AT",
      recipients: ["NE"],
      in_reply_to: REQUEST,
      expires_at: { seconds: EXPIRES_AT },
      disclosed: { move: "TRACE_MOVE_FINAL" },
    },
    parts: sealedParts("tracepost.v1.TraceReply", ["NE"]),
  };
}

function tooMany(encoder: Encoder): InvalidVector[] {
  const releasable_to = Array.from({ length: 257 }, () => "TG");
  const sample = withHeader(traceRequest(), { handling: { ...HANDLING, releasable_to } });
  return [
    {
      name: "release to 257 participants",
      rule: "TP-WIRE-1",
      code: "TOO_LARGE",
      field: "header.handling.releasable_to",
      bytes: base64(encoder.sample(sample)),
    },
  ];
}
