import { type Refusal, refuse } from "#errors";
import { type Header, Kind } from "#proto";
import { isMessageId, WIRE_LIMITS } from "#runtime";
import { checkHandling, checkReply } from "./check-header-blocks.ts";
import { isSealedKind, isTraceKind } from "./kinds.ts";
import { isKnown } from "./known-values.ts";
import { laneOf } from "./lanes.ts";
import { GATEWAY_SENDER, isParticipantId } from "./participant-id.ts";
import { isShortText, isUuid } from "./text-rules.ts";
import { timestampMs } from "./timestamps.ts";

/** What a caller may allow beyond what a participant may send. */
export interface ParseOptions {
  /** Take receipts and registers of the sender GATEWAY; only where the gateway sends them. */
  readonly allowGatewaySender?: boolean;
}

/**
 * Checks every field of a header but its table of parts (TP-WIRE-6 to TP-WIRE-11): what each kind
 * must and must not hold. Returns the first refusal, MALFORMED, TOO_LARGE or SCHEMA_UNSUPPORTED,
 * naming the field.
 */
export function checkHeader(header: Header, options: ParseOptions): Refusal | undefined {
  return (
    checkKind(header) ??
    checkIds(header) ??
    checkSender(header, options) ??
    checkRecipients(header) ??
    checkTimes(header) ??
    checkChoices(header) ??
    checkInstruments(header) ??
    checkReply(header) ??
    checkHandling(header)
  );
}

function checkKind(header: Header): Refusal | undefined {
  if (header.kind === Kind.UNSPECIFIED) return malformed("kind", "is missing");
  if (isKnown.kind(header.kind)) return undefined;
  return refuse("SCHEMA_UNSUPPORTED", "header.kind", "is not a kind of tracepost.v1");
}

function checkIds(header: Header): Refusal | undefined {
  if (!isMessageId(header.messageId)) {
    return malformed("message_id", "must be a UUIDv7 in lower case");
  }
  if (header.supersedes !== "") {
    if (!isMessageId(header.supersedes)) {
      return malformed("supersedes", "must be a UUIDv7 in lower case");
    }
    if (header.supersedes === header.messageId) {
      return malformed("supersedes", "must not be the message itself");
    }
  }
  if (isSealedKind(header.kind)) {
    if (!isUuid(header.conversationId)) {
      return malformed("conversation_id", "must be a UUID in lower case");
    }
  } else if (header.conversationId !== "") {
    return malformed("conversation_id", "must be empty on this kind");
  }
  if (!isShortText(header.addressedGroup)) {
    return malformed("addressed_group", "must be short, NFC and without control characters");
  }
  if (header.registerVersion < 1n) return malformed("register_version", "is missing");
  return undefined;
}

/** What the gateway says in its own name. */
const GATEWAY_KINDS: ReadonlySet<Kind> = new Set([Kind.RECEIPT, Kind.REGISTER, Kind.MONITOR_FEED]);

function checkSender(header: Header, options: ParseOptions): Refusal | undefined {
  // Nobody but the gateway has counted it (TP-FEED-1).
  const isFeed = header.kind === Kind.MONITOR_FEED;
  if (!isFeed && isParticipantId(header.sender)) return undefined;
  const isOfGateway = header.sender === GATEWAY_SENDER && GATEWAY_KINDS.has(header.kind);
  if (isOfGateway && options.allowGatewaySender === true) return undefined;
  const detail = isFeed ? "must be the gateway on this kind" : "must be a participant id";
  return malformed("sender", detail);
}

/** What speaks about one pair of participants, and the chain of one monitor. */
const ONE_RECIPIENT_KINDS: ReadonlySet<Kind> = new Set([
  Kind.RECEIPT,
  Kind.VOID,
  Kind.GAP_NOTICE,
  Kind.MONITOR_FEED,
]);

function checkRecipients(header: Header): Refusal | undefined {
  const { recipients } = header;
  if (recipients.length === 0) return malformed("recipients", "is missing");
  if (recipients.length > WIRE_LIMITS.recipientsMax) {
    return refuse("TOO_LARGE", "header.recipients", `over ${WIRE_LIMITS.recipientsMax}`);
  }
  if (ONE_RECIPIENT_KINDS.has(header.kind) && recipients.length > 1) {
    return malformed("recipients", "must be one on this kind");
  }
  const seen = new Set<string>([header.sender]);
  for (const [index, recipient] of recipients.entries()) {
    const field = `recipients[${index}]`;
    if (!isParticipantId(recipient)) return malformed(field, "must be a participant id");
    if (seen.has(recipient)) {
      return malformed(field, recipient === header.sender ? "is the sender" : "is repeated");
    }
    seen.add(recipient);
  }
  return undefined;
}

function checkTimes(header: Header): Refusal | undefined {
  const sentAtMs = timestampMs(header.sentAt);
  const expiresAtMs = timestampMs(header.expiresAt);
  if (sentAtMs === undefined) return malformed("sent_at", "is missing or out of range");
  if (expiresAtMs === undefined) return malformed("expires_at", "is missing or out of range");
  if (expiresAtMs <= sentAtMs) return malformed("expires_at", "must be later than sent_at");
  return undefined;
}

function checkChoices(header: Header): Refusal | undefined {
  if (!isKnown.exchangeStatus(header.status)) return malformed("status", "is not a known value");
  if (!isKnown.priority(header.priority)) return malformed("priority", "is not a known value");
  if (!isKnown.lane(header.lane)) return malformed("lane", "is not a known value");
  const laneIsFree = header.kind === Kind.RECEIPT;
  if (!laneIsFree && header.lane !== laneOf(header.priority, header.kind)) {
    return malformed("lane", "is not the lane of this priority and kind");
  }
  return undefined;
}

function checkInstruments(header: Header): Refusal | undefined {
  const { instrumentBasis } = header;
  if (isTraceKind(header.kind) && instrumentBasis.length === 0) {
    return malformed("instrument_basis", "is missing");
  }
  if (!instrumentBasis.every((instrument) => isKnown.instrument(instrument))) {
    return malformed("instrument_basis", "holds an unknown value");
  }
  if (new Set(instrumentBasis).size !== instrumentBasis.length) {
    return malformed("instrument_basis", "holds a value twice");
  }
  return undefined;
}

function malformed(field: string, detail: string): Refusal {
  return refuse("MALFORMED", `header.${field}`, detail);
}
