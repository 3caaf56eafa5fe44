import { bytesField } from "./raw-protobuf.ts";
import {
  CONVERSATION,
  contentPart,
  type Encoder,
  keyPart,
  messageId,
  openMessage,
  openPart,
  type Sample,
  SENT_AT,
  sealedParts,
  traceRequest,
  withHeader,
} from "./sample-message.ts";
import { base64, sha256Hex, type ValidVector, validVector } from "./vector-forms.ts";

/** One message of each kind, and the forms a header may take beyond the ordinary. */
export function validEnvelopes(encoder: Encoder): ValidVector[] {
  const named = (name: string, sample: Sample) => validVector(name, sample, encoder);
  return [
    named("trace request to one State", traceRequest()),
    named("trace request with personal data, whose key travels apart", withPersons()),
    named("trace request that supersedes one that expired", superseding()),
    named("trace reply, bound to the exact request", traceReply(encoder)),
    named("alert to three recipients, on the urgent lane", alert()),
    named("alert to a group, by its name in Unicode NFC", alertToGroup()),
    named("alert response on the urgent lane", alertResponse(encoder)),
    named("attachment chunk on the bulk lane", attachmentChunk()),
    named("urgent trace request on the urgent lane", urgentRequest()),
    named("ledger of an indicator to a regional monitor", ledger()),
    named("receipt of a recipient about two messages", deliveredReceipt(encoder)),
    named("void of two sequence numbers", voidMessage(encoder)),
    named("gap notice about two ranges", gapNotice(encoder)),
    named("register, readable by all", registerMessage(encoder)),
    laterField(encoder),
  ];
}

function withPersons(): Sample {
  const sample = traceRequest();
  const parts = [
    contentPart("body", "tracepost.v1.TraceRequest"),
    contentPart("persons", "tracepost.v1.TraceRequest"),
    keyPart("key", "AT"),
    keyPart("key/persons", "AT"),
  ];
  return { ...withHeader(sample, { message_id: messageId(3) }), parts };
}

function superseding(): Sample {
  return withHeader(traceRequest(), { message_id: messageId(4), supersedes: messageId(1) });
}

function urgentRequest(): Sample {
  return withHeader(traceRequest(), {
    message_id: messageId(5),
    priority: "PRIORITY_URGENT",
    lane: "LANE_URGENT",
    status: "EXCHANGE_STATUS_EXERCISE",
  });
}

/** The reference to the ordinary trace request. */
function requestReference(encoder: Encoder) {
  const header_digest = Buffer.from(sha256Hex(encoder.header(traceRequest())), "hex");
  return { original_sender: "NE", message_id: messageId(1), header_digest };
}

function traceReply(encoder: Encoder): Sample {
  const { header } = traceRequest();
  return {
    header: {
      ...header,
      message_id: messageId(6),
      kind: "KIND_TRACE_REPLY",
      sender: "AT",
      recipients: ["NE"],
      in_reply_to: requestReference(encoder),
      handling: { tlp: "TLP_RED", use: ["USE_RESTRICTION_NO_ONWARD"], originator_state: "AT" },
      disclosed: { move: "TRACE_MOVE_FINAL", outcome_class: "OUTCOME_CLASS_ESTABLISHED" },
    },
    parts: sealedParts("tracepost.v1.TraceReply", ["NE"]),
  };
}

function alert(): Sample {
  const recipients = ["BJ", "BF-POLICE", "ORG-ECOWAS"];
  return {
    header: {
      message_id: messageId(7),
      kind: "KIND_ALERT",
      sender: "NE-CUSTOMS",
      recipients,
      conversation_id: CONVERSATION,
      sent_at: { seconds: SENT_AT },
      expires_at: { seconds: SENT_AT + 3_600 },
      register_version: 18_446_744,
      status: "EXCHANGE_STATUS_ACTUAL",
      priority: "PRIORITY_PRIORITY",
      lane: "LANE_URGENT",
      handling: {
        tlp: "TLP_GREEN",
        use: ["USE_RESTRICTION_INTELLIGENCE_ONLY", "USE_RESTRICTION_NO_ONWARD"],
        releasable_to: ["TG"],
        originator_state: "NE",
      },
      disclosed: {
        alert_move: "ALERT_MOVE_ALERT",
        alert_kind: "ALERT_KIND_WANTED_FIREARM",
        alert_scope: "ALERT_SCOPE_PRIVATE",
      },
    },
    parts: sealedParts("tracepost.v1.Alert", recipients),
  };
}

function ledger(): Sample {
  const { header } = traceRequest();
  const { disclosed: _disclosed, ...rest } = header;
  return {
    header: {
      ...rest,
      message_id: messageId(31),
      kind: "KIND_INDICATOR_LEDGER",
      recipients: ["ORG-ECOWAS"],
    },
    parts: [
      { ...contentPart("body", "tracepost.v1.IndicatorLedger"), retention_class: "aggregate" },
      keyPart("key", "ORG-ECOWAS"),
    ],
  };
}

function alertToGroup(): Sample {
  const group = "États côtiers";
  return withHeader(alert(), { message_id: messageId(8), addressed_group: group });
}

function alertResponse(encoder: Encoder): Sample {
  const { header, parts: _parts } = alert();
  const header_digest = Buffer.from(sha256Hex(encoder.header(alert())), "hex");
  return {
    header: {
      ...header,
      message_id: messageId(9),
      kind: "KIND_ALERT_RESPONSE",
      sender: "BJ",
      recipients: ["NE-CUSTOMS"],
      in_reply_to: { original_sender: "NE-CUSTOMS", message_id: messageId(7), header_digest },
      disclosed: { alert_move: "ALERT_MOVE_HIT" },
    },
    parts: sealedParts("tracepost.v1.AlertResponse", ["NE-CUSTOMS"]),
  };
}

function attachmentChunk(): Sample {
  const { header } = traceRequest();
  const { disclosed: _disclosed, ...rest } = header;
  return {
    header: {
      ...rest,
      message_id: messageId(10),
      kind: "KIND_ATTACHMENT_CHUNK",
      lane: "LANE_BULK",
    },
    parts: sealedParts("tracepost.v1.AttachmentChunk", ["AT"]),
  };
}

function deliveredReceipt(encoder: Encoder): Sample {
  const about = (number: number) => ({
    message: {
      original_sender: "AT",
      message_id: messageId(number),
      header_digest: Buffer.alloc(32, number),
    },
  });
  const body = encoder.message("Receipt", {
    type: "RECEIPT_TYPE_DELIVERED",
    items: [about(11), about(12)],
  });
  const sample = openMessage("KIND_RECEIPT", "tracepost.v1.Receipt", body);
  // A receipt uses the lane of what it answers, whatever its own priority is.
  return withHeader(sample, { message_id: messageId(13), lane: "LANE_BULK" });
}

function voidMessage(encoder: Encoder): Sample {
  const body = encoder.message("Void", {
    numbers: [
      { lane: "LANE_NORMAL", pair_sequence: 7, message_id: messageId(14) },
      { lane: "LANE_BULK", pair_sequence: 1, message_id: messageId(15) },
    ],
  });
  return openMessage("KIND_VOID", "tracepost.v1.Void", body);
}

function gapNotice(encoder: Encoder): Sample {
  const body = encoder.message("GapNotice", {
    missing: [
      { lane: "LANE_URGENT", first: 1, last: 1 },
      { lane: "LANE_NORMAL", first: 5, last: 9 },
    ],
  });
  return openMessage("KIND_GAP_NOTICE", "tracepost.v1.GapNotice", body);
}

function registerMessage(encoder: Encoder): Sample {
  const body = encoder.message("SignedRegister", { register: Buffer.from([8, 1]) });
  const sample = openMessage("KIND_REGISTER", "tracepost.v1.SignedRegister", body);
  const parts = [openPart("tracepost.v1.SignedRegister", body)];
  return { ...withHeader(sample, { sender: "ORG-SECRETARIAT", recipients: ["AT", "NE"] }), parts };
}

/** A header of a later minor version: what an older reader does not know, it keeps. */
function laterField(encoder: Encoder): ValidVector {
  const sample = withHeader(traceRequest(), { message_id: messageId(16) });
  const headerBytes = Buffer.concat([encoder.header(sample), bytesField(1_000, "later")]);
  return {
    ...validVector("trace request with a header field of a later version", sample, encoder),
    bytes: base64(encoder.envelope(headerBytes, sample.parts)),
    header_digest: sha256Hex(headerBytes),
    signatures_digest: sha256Hex(encoder.signature(headerBytes)),
  };
}
