import { type Outcome, type Refusal, accepted, refuse } from "#errors";
import {
  ExchangeStatus,
  type Header,
  Instrument,
  Kind,
  Lane,
  OutcomeClass,
  Priority,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";
import { isMessageId, WIRE_LIMITS } from "#runtime";
import { validate as isUuid } from "uuid";
import { GATEWAY_SENDER, isParticipantId, stateOfParticipant } from "./participant-id.ts";
import { isKind, isLane, laneOf } from "./subjects.ts";
import { timestampMs } from "./timestamps.ts";

/** How strict a parse is. */
export interface ParseOptions {
  /** Whether the reserved sender GATEWAY is let through: in inboxes only. */
  readonly allowGatewaySender?: boolean;
}

/** Kinds that carry no content of a State: one unsealed body, no key parts. */
export const OPEN_KINDS: ReadonlySet<Kind> = new Set([
  Kind.RECEIPT,
  Kind.VOID,
  Kind.GAP_NOTICE,
  Kind.REGISTER,
]);

/** Kinds of a trace conversation. */
export const TRACE_KINDS: ReadonlySet<Kind> = new Set([Kind.TRACE_REQUEST, Kind.TRACE_REPLY]);

type Rule = (header: Header, options: ParseOptions) => Refusal | undefined;

const bad = (field: string, detail: string): Refusal => refuse("MALFORMED", `header.${field}`, detail);

/** Every rule of TP-WIRE-5, in the order of the fields; the first broken one is reported. */
const RULES: readonly Rule[] = [
  (h) => (isMessageId(h.messageId) ? undefined : bad("message_id", "not a UUIDv7 in lower case")),
  (h) =>
    isKind(h.kind) ? undefined : refuse("SCHEMA_UNSUPPORTED", "header.kind", "not a known kind"),
  checkSender,
  checkRecipients,
  checkConversation,
  checkReplyReference,
  (h) =>
    h.supersedes === "" || isMessageId(h.supersedes)
      ? undefined
      : bad("supersedes", "not a UUIDv7 in lower case"),
  checkTimes,
  (h) =>
    isOneOf(ExchangeStatus, h.status) ? undefined : bad("status", "must be ACTUAL, EXERCISE or TEST"),
  checkLane,
  checkInstruments,
  checkHandling,
  checkDisclosed,
  (h) => (isPlainText(h.addressedGroup, true) ? undefined : bad("addressed_group", "not plain text")),
];

/** Checks a decoded header against the rules of its kind; parts are checked elsewhere. */
export function checkHeader(header: Header, options: ParseOptions): Outcome<Header> {
  for (const rule of RULES) {
    const refusal = rule(header, options);
    if (refusal !== undefined) return { ok: false, refusal };
  }
  return accepted(header);
}

/** Whether a text is short, in Unicode NFC and free of control characters. */
export function isPlainText(text: string, mayBeEmpty = false): boolean {
  if (text === "") return mayBeEmpty;
  if (text.length > WIRE_LIMITS.shortTextCharsMax) return false;
  return !/\p{C}/u.test(text) && text === text.normalize("NFC");
}

function isOneOf(values: Readonly<Record<string, number>>, value: number): boolean {
  return value !== 0 && Object.values(values).includes(value);
}

function checkSender(header: Header, options: ParseOptions): Refusal | undefined {
  const { sender } = header;
  if (isParticipantId(sender)) return undefined;
  const isGateway = sender === GATEWAY_SENDER && header.kind === Kind.RECEIPT;
  if (options.allowGatewaySender === true && isGateway) return undefined;
  return bad("sender", "not a participant id");
}

function checkRecipients(header: Header): Refusal | undefined {
  const { recipients, sender } = header;
  if (recipients.length === 0) return bad("recipients", "empty");
  if (recipients.length > WIRE_LIMITS.recipientsMax) {
    return refuse("TOO_LARGE", "header.recipients", `more than ${WIRE_LIMITS.recipientsMax}`);
  }
  if (new Set(recipients).size !== recipients.length) return bad("recipients", "named twice");
  for (const [position, recipient] of recipients.entries()) {
    const field = `recipients[${position}]`;
    if (!isParticipantId(recipient)) return bad(field, "not a participant id");
    if (recipient === sender) return bad(field, "is the sender");
  }
  if (header.kind === Kind.RECEIPT && recipients.length !== 1) {
    return bad("recipients", "a receipt has one recipient");
  }
  return undefined;
}

function checkConversation(header: Header): Refusal | undefined {
  const id = header.conversationId;
  if (OPEN_KINDS.has(header.kind)) {
    return id === "" ? undefined : bad("conversation_id", "must be empty on this kind");
  }
  const isWell = id.length === 36 && isUuid(id) && id === id.toLowerCase();
  return isWell ? undefined : bad("conversation_id", "not a UUID in lower case");
}

function checkReplyReference(header: Header): Refusal | undefined {
  const { kind, inReplyTo, sender, recipients } = header;
  const needed = kind === Kind.TRACE_REPLY || kind === Kind.ALERT_RESPONSE;
  if (inReplyTo === undefined) {
    return needed ? bad("in_reply_to", "missing on a reply") : undefined;
  }
  const { originalSender, messageId, headerDigest } = inReplyTo;
  if (!isParticipantId(originalSender)) return bad("in_reply_to.original_sender", "not an id");
  if (!isMessageId(messageId)) return bad("in_reply_to.message_id", "not a UUIDv7");
  if (headerDigest.length !== 32) return bad("in_reply_to.header_digest", "not 32 bytes");
  if (!needed) return undefined;
  if (originalSender === sender) return bad("in_reply_to.original_sender", "is the sender");
  return recipients.length === 1 && recipients[0] === originalSender
    ? undefined
    : bad("recipients", "a reply goes to the sender of what it answers");
}

function checkTimes(header: Header): Refusal | undefined {
  const sentAtMs = timestampMs(header.sentAt);
  if (sentAtMs === undefined) return bad("sent_at", "missing or out of range");
  const expiresAtMs = timestampMs(header.expiresAt);
  if (expiresAtMs === undefined) return bad("expires_at", "missing or out of range");
  return expiresAtMs > sentAtMs ? undefined : bad("expires_at", "not after sent_at");
}

function checkLane(header: Header): Refusal | undefined {
  const { priority, lane, kind } = header;
  if (!isOneOf(Priority, priority)) return bad("priority", "not a known priority");
  if (!isLane(lane)) return bad("lane", "not a known lane");
  // A receipt uses the lane of what it answers, whatever its own priority.
  if (kind === Kind.RECEIPT || lane === laneOf(priority, kind)) return undefined;
  const expected = laneOf(priority, kind) === Lane.URGENT ? "urgent" : "normal or bulk";
  return bad("lane", `this priority and kind travel ${expected}`);
}

function checkInstruments(header: Header): Refusal | undefined {
  const basis = header.instrumentBasis;
  if (basis.some((instrument) => !isOneOf(Instrument, instrument))) {
    return bad("instrument_basis", "not a known instrument");
  }
  if (new Set(basis).size !== basis.length) return bad("instrument_basis", "named twice");
  const needed = TRACE_KINDS.has(header.kind);
  return needed && basis.length === 0 ? bad("instrument_basis", "missing") : undefined;
}

function checkHandling(header: Header): Refusal | undefined {
  const { handling, kind } = header;
  if (handling === undefined) {
    return OPEN_KINDS.has(kind) ? undefined : bad("handling", "missing");
  }
  if (!isOneOf(Tlp, handling.tlp)) return bad("handling.tlp", "not a TLP 2.0 label");
  if (handling.use.some((use) => !isOneOf(UseRestriction, use))) {
    return bad("handling.use", "not a known restriction");
  }
  if (handling.releasableTo.length > WIRE_LIMITS.recipientsMax) {
    return refuse("TOO_LARGE", "header.handling.releasable_to", "too many");
  }
  if (!handling.releasableTo.every(isParticipantId)) {
    return bad("handling.releasable_to", "not participant ids");
  }
  return stateOfParticipant(handling.originatorState) === handling.originatorState
    ? undefined
    : bad("handling.originator_state", "not an ISO 3166-1 alpha-2 code");
}

function checkDisclosed(header: Header): Refusal | undefined {
  const { disclosed, kind } = header;
  const move = disclosed?.move ?? TraceMove.UNSPECIFIED;
  const outcome = disclosed?.outcomeClass ?? OutcomeClass.UNSPECIFIED;
  if (move !== TraceMove.UNSPECIFIED && !isOneOf(TraceMove, move)) {
    return bad("disclosed.move", "not a known move");
  }
  if (outcome !== OutcomeClass.UNSPECIFIED && !isOneOf(OutcomeClass, outcome)) {
    return bad("disclosed.outcome_class", "not a known class");
  }
  const needsMove = TRACE_KINDS.has(kind);
  return needsMove && move === TraceMove.UNSPECIFIED ? bad("disclosed.move", "missing") : undefined;
}
