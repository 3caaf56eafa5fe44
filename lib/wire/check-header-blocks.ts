import { type Refusal, refuse } from "#errors";
import { type Disclosed, type Handling, type Header, Kind, type MessageRef } from "#proto";
import { isMessageId, MONITOR_FEED_LIMITS, WIRE_LIMITS } from "#runtime";
import { DIGEST_BYTES } from "./digests.ts";
import { isTraceKind } from "./kinds.ts";
import { isKnown } from "./known-values.ts";
import { isParticipantId } from "./participant-id.ts";
import { isStateCode } from "./text-rules.ts";

/** Kinds that are moves of a trace conversation, and say which. */
const MOVING_KINDS: ReadonlySet<Kind> = new Set([
  Kind.TRACE_REQUEST,
  Kind.TRACE_REPLY,
  Kind.TRACE_FOLLOW_UP,
]);

/** Kinds that are moves of an alert, and say which. */
const ALERTING_KINDS: ReadonlySet<Kind> = new Set([Kind.ALERT, Kind.ALERT_RESPONSE]);

/** Kinds that answer one exact message. */
const REPLY_KINDS: ReadonlySet<Kind> = new Set([
  Kind.TRACE_REPLY,
  Kind.TRACE_FOLLOW_UP,
  Kind.ALERT_RESPONSE,
]);

/** Checks in_reply_to: complete wherever it stands, mandatory on replies (TP-WIRE-10). */
export function checkReply(header: Header): Refusal | undefined {
  const { inReplyTo } = header;
  if (inReplyTo !== undefined) return checkMessageRef(inReplyTo, "header.in_reply_to");
  if (!REPLY_KINDS.has(header.kind)) return undefined;
  return refuse("MALFORMED", "header.in_reply_to", "is missing");
}

/** Checks that a reference names one exact message; `field` is the path of the reference. */
export function checkMessageRef(reference: MessageRef, field: string): Refusal | undefined {
  if (!isParticipantId(reference.originalSender)) {
    return refuse("MALFORMED", `${field}.original_sender`, "must be a participant id");
  }
  if (!isMessageId(reference.messageId)) {
    return refuse("MALFORMED", `${field}.message_id`, "must be a UUIDv7 in lower case");
  }
  if (reference.headerDigest.length !== DIGEST_BYTES) {
    return refuse("MALFORMED", `${field}.header_digest`, `must have ${DIGEST_BYTES} bytes`);
  }
  return undefined;
}

/**
 * Checks handling and the disclosed facts: known values, handling on trace kinds, the move on trace
 * requests, replies and follow-ups, move, kind and scope of an alert (TP-WIRE-11).
 */
export function checkHandling(header: Header): Refusal | undefined {
  const { disclosed, handling } = header;
  if (handling === undefined) {
    if (isTraceKind(header.kind)) return refuse("MALFORMED", "header.handling", "is missing");
  } else {
    const refusal = checkHandlingValues(handling);
    if (refusal !== undefined) return refusal;
  }
  if (MOVING_KINDS.has(header.kind) && (disclosed?.move ?? 0) === 0) {
    return refuse("MALFORMED", "header.disclosed.move", "is missing");
  }
  return checkAlertFacts(header) ?? (disclosed && checkDisclosedValues(disclosed));
}

/** An alert and an answer to one say what they do, an alert also its kind and scope. */
function checkAlertFacts({ kind, disclosed }: Header): Refusal | undefined {
  if (!ALERTING_KINDS.has(kind)) return undefined;
  const missing = (name: string) => refuse("MALFORMED", `header.disclosed.${name}`, "is missing");
  if ((disclosed?.alertMove ?? 0) === 0) return missing("alert_move");
  if (kind !== Kind.ALERT) return undefined;
  if ((disclosed?.alertKind ?? 0) === 0) return missing("alert_kind");
  return (disclosed?.alertScope ?? 0) === 0 ? missing("alert_scope") : undefined;
}

function checkDisclosedValues(disclosed: Disclosed): Refusal | undefined {
  if (disclosed.move !== 0 && !isKnown.traceMove(disclosed.move)) {
    return refuse("MALFORMED", "header.disclosed.move", "is not a known value");
  }
  if (disclosed.outcomeClass !== 0 && !isKnown.outcomeClass(disclosed.outcomeClass)) {
    return refuse("MALFORMED", "header.disclosed.outcome_class", "is not a known value");
  }
  if (disclosed.alertMove !== 0 && !isKnown.alertMove(disclosed.alertMove)) {
    return refuse("MALFORMED", "header.disclosed.alert_move", "is not a known value");
  }
  if (disclosed.alertKind !== 0 && !isKnown.alertKind(disclosed.alertKind)) {
    return refuse("MALFORMED", "header.disclosed.alert_kind", "is not a known value");
  }
  if (disclosed.alertScope !== 0 && !isKnown.alertScope(disclosed.alertScope)) {
    return refuse("MALFORMED", "header.disclosed.alert_scope", "is not a known value");
  }
  if (disclosed.completenessTenth > MONITOR_FEED_LIMITS.tenthsMax) {
    const detail = `is above ${MONITOR_FEED_LIMITS.tenthsMax}`;
    return refuse("MALFORMED", "header.disclosed.completeness_tenth", detail);
  }
  return undefined;
}

function checkHandlingValues(handling: Handling): Refusal | undefined {
  if (!isKnown.tlp(handling.tlp)) {
    return refuse("MALFORMED", "header.handling.tlp", "is not a known value");
  }
  if (!handling.use.every((use) => isKnown.useRestriction(use))) {
    return refuse("MALFORMED", "header.handling.use", "holds an unknown value");
  }
  if (new Set(handling.use).size !== handling.use.length) {
    return refuse("MALFORMED", "header.handling.use", "holds a value twice");
  }
  if (handling.releasableTo.length > WIRE_LIMITS.recipientsMax) {
    return refuse(
      "TOO_LARGE",
      "header.handling.releasable_to",
      `over ${WIRE_LIMITS.recipientsMax}`,
    );
  }
  if (!handling.releasableTo.every(isParticipantId)) {
    return refuse("MALFORMED", "header.handling.releasable_to", "must hold participant ids");
  }
  if (handling.originatorState !== "" && !isStateCode(handling.originatorState)) {
    return refuse("MALFORMED", "header.handling.originator_state", "must be a State code");
  }
  return undefined;
}
