import { checkAlert, errorsOf } from "#casework";
import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import type { OpenedInbound } from "#post";
import {
  Alert,
  AlertResponse,
  AlertScope,
  Disclosed,
  Header,
  KeyPurpose,
  Kind,
  type Participant,
  Role,
} from "#proto";
import { PAYLOAD_TYPES, type RegisterView, receivingUnit, verifyBytesNow } from "#trust";
import { decodeExactly, equalBytes, headerDigest, timestampMs } from "#wire";
import { responseMove } from "./alert-drafts.ts";
import { checkHit } from "./check-hit.ts";
import type { AlertSender } from "./expand-recipients.ts";

/** What the judge makes of a message about an alert; crosses the thread to the store. */
export type AlertEffect =
  | {
      readonly type: "alert";
      /** Encoded Alert as its originator wrote it. */
      readonly body: Uint8Array;
      /** Whose message it is, and its header. */
      readonly origin: {
        readonly sender: string;
        readonly messageId: string;
        readonly sentAtMs: number;
        readonly headerDigest: Uint8Array;
        /** Id of the key it was signed by, where it was passed on; else empty. */
        readonly keyId: string;
      };
      /** Whether a focal point passed it on. */
      readonly isRelay: boolean;
      /** Whether an agency of this State asks for approval with it. */
      readonly isAsked: boolean;
      readonly self: AlertSender;
    }
  | {
      readonly type: "alert-response";
      /** Encoded AlertResponse. */
      readonly response: Uint8Array;
      readonly self: AlertSender;
    };

/** Whether an effect is one of alerts. */
export function isAlertEffect(effect: unknown): effect is AlertEffect {
  const { type } = effect as { readonly type?: unknown };
  return type === "alert" || type === "alert-response";
}

/** What judging needs to know. */
export interface AlertJudgeContext {
  readonly self: AlertSender;
  readonly register: RegisterView;
}

/**
 * Judges an alert or an answer to one: well formed, complete by the rules of casework, what its
 * header discloses, and from somebody whose place it is (TP-ALERT-39). Undefined for other kinds.
 */
export function judgeAlertMessage(
  message: OpenedInbound,
  context: AlertJudgeContext,
): Outcome<AlertEffect> | undefined {
  switch (message.header.kind) {
    case Kind.ALERT:
      return judgeAlert(message, context);
    case Kind.ALERT_RESPONSE:
      return judgeResponse(message, context);
    default:
      return undefined;
  }
}

function judgeAlert(
  { header, headerDigest: digest, parts }: OpenedInbound,
  { register, self }: AlertJudgeContext,
): Outcome<AlertEffect> {
  const received = decodeExactly(Alert, parts.get("body") ?? new Uint8Array());
  if (received === undefined) return refused("BODY_INVALID", "body", "not an alert");
  const { relay, ...rest } = received;
  const alert: Alert = { ...rest, relay: undefined };
  const mismatch = checkDisclosed(alert, header);
  if (mismatch !== undefined) return { ok: false, refusal: mismatch };
  const sender = register.participant(header.sender);
  const isAgency = register.participant(self.participant)?.role === Role.BORDER_AGENCY;
  const origin =
    relay === undefined
      ? accepted({
          sender: header.sender,
          messageId: header.messageId,
          sentAtMs: timestampMs(header.sentAt) ?? 0,
          headerDigest: digest,
          // Of what came by itself the post keeps who signed it.
          keyId: "",
          recipients: header.recipients,
        })
      : originOf(relay, header, alert, { register, self });
  if (!origin.ok) return origin;
  const place = checkPlace(sender, self, { isAgency, isRelay: relay !== undefined });
  if (place !== undefined) return { ok: false, refusal: place };
  const { recipients, sentAtMs } = origin.value;
  const [error] = errorsOf(
    checkAlert(alert, {
      sender: origin.value.sender,
      sentAtMs,
      recipients,
      // What it refers to is compared with what is kept, by whoever keeps it.
      earlier: alert.references.map((reference) => ({
        sender: reference.sender,
        messageId: reference.messageId,
        sentAtMs: timestampMs(reference.sentAt) ?? Number.NaN,
      })),
    }),
  );
  if (error !== undefined) return refused("BODY_INVALID", `body.${error.field}`, error.rule);
  const { recipients: _, ...from } = origin.value;
  return accepted({
    type: "alert",
    body: Alert.encode(alert).finish(),
    origin: from,
    isRelay: relay !== undefined,
    isAsked: sender?.state === self.state && sender.alertsNeedApproval,
    self,
  });
}

function checkDisclosed(alert: Alert, header: Header): Refusal | undefined {
  const disclosed = header.disclosed ?? Disclosed.create();
  const no = (name: string) =>
    refuse("DISCLOSED_MISMATCH", `header.disclosed.${name}`, "is not the body's");
  if (disclosed.alertMove !== alert.move) return no("alert_move");
  if (disclosed.alertKind !== alert.kind) return no("alert_kind");
  if (disclosed.alertScope !== alert.scope) return no("alert_scope");
  if (alert.scope !== AlertScope.PUBLIC) return undefined;
  return refuse("PUBLIC_SCOPE_FORBIDDEN", "body.scope", "must not be Public");
}

/** An agency takes alerts from its own focal point alone, a focal point from whoever is abroad. */
function checkPlace(
  sender: Participant | undefined,
  self: AlertSender,
  { isAgency, isRelay }: { readonly isAgency: boolean; readonly isRelay: boolean },
): Refusal | undefined {
  const isOwnState = sender?.state === self.state;
  if (isAgency) {
    if (isRelay && isOwnState && sender.role === Role.FOCAL_POINT) return undefined;
    const why = "an agency takes alerts from the focal point of its State";
    return refuse("NOT_PERMITTED", "header.sender", why);
  }
  return isRelay ? refuse("BODY_INVALID", "body.relay", "is for agencies of a State") : undefined;
}

/** The message that is passed on, if its sender has signed it and it is what this one carries. */
function originOf(
  relay: NonNullable<Alert["relay"]>,
  header: Header,
  alert: Alert,
  { register, self }: AlertJudgeContext,
): Outcome<{
  sender: string;
  messageId: string;
  sentAtMs: number;
  headerDigest: Uint8Array;
  keyId: string;
  recipients: readonly string[];
}> {
  const no = (rule: string) => refused<never>("BODY_INVALID", "body.relay", rule);
  const original = decodeExactly(Header, relay.header);
  if (original?.kind !== Kind.ALERT) return no("holds no header of an alert");
  if (receivingUnit(register, self.state)?.id !== header.sender) {
    return no("is not from the focal point of this State");
  }
  const { keyId = "", value = new Uint8Array() } = relay.signature ?? {};
  const signer = register.signingKey(keyId);
  const isOwner = signer?.participant?.id === original.sender;
  if (!isOwner || signer.key.purpose !== KeyPurpose.HEADER) return no("names no key of its sender");
  if (!verifyBytesNow(signer.publicKey, PAYLOAD_TYPES.header, relay.header, value)) {
    return no("is not signed by its sender");
  }
  const digest = headerDigest(relay.header);
  const { inReplyTo } = header;
  const isNamed =
    inReplyTo?.originalSender === original.sender &&
    inReplyTo.messageId === original.messageId &&
    equalBytes(inReplyTo.headerDigest, digest);
  if (!isNamed) return no("is not what the header names");
  const isSame =
    original.conversationId === header.conversationId && original.status === header.status;
  if (!isSame || checkDisclosed(alert, original) !== undefined) return no("is of another alert");
  return accepted({
    sender: original.sender,
    messageId: original.messageId,
    sentAtMs: timestampMs(original.sentAt) ?? 0,
    headerDigest: digest,
    keyId,
    recipients: original.recipients,
  });
}

function judgeResponse(
  { header, parts }: OpenedInbound,
  { register, self }: AlertJudgeContext,
): Outcome<AlertEffect> {
  const bytes = parts.get("body") ?? new Uint8Array();
  const response = decodeExactly(AlertResponse, bytes);
  if (response?.content === undefined) {
    return refused("BODY_INVALID", "body", "not an answer to an alert");
  }
  const disclosed = header.disclosed ?? Disclosed.create();
  if (disclosed.alertMove !== responseMove(response)) {
    return refused("DISCLOSED_MISMATCH", "header.disclosed.alert_move", "is not the body's");
  }
  const refusal = checkContent(response.content, header.sender, { register, self });
  if (refusal !== undefined) return { ok: false, refusal };
  return accepted({ type: "alert-response", response: bytes, self });
}

function checkContent(
  content: NonNullable<AlertResponse["content"]>,
  from: string,
  { register, self }: AlertJudgeContext,
): Refusal | undefined {
  const sender = register.participant(from);
  switch (content.$case) {
    case "acknowledgement": {
      const { at, level } = content.value;
      if (level === 0) return refuse("BODY_INVALID", "body.acknowledgement.level", "is missing");
      if (timestampMs(at) !== undefined) return undefined;
      return refuse("BODY_INVALID", "body.acknowledgement.at", "is missing");
    }
    case "hit": {
      const { foundBy } = content.value;
      // Passed on by a focal point: from its own agencies, or to an agency that is its own.
      const finder = foundBy === "" ? sender : register.participant(foundBy);
      const isOwn = sender?.state === self.state && sender.role === Role.FOCAL_POINT;
      if (finder === undefined || (finder.state !== sender?.state && !isOwn)) {
        return refuse("BODY_INVALID", "body.hit.found_by", "is not of the sender's State");
      }
      return checkHit(content.value, finder.state, "body.hit");
    }
    case "retraction": {
      if (content.value.hitId !== "") return undefined;
      return refuse("BODY_INVALID", "body.retraction.hit_id", "is missing");
    }
    case "decision": {
      const unit = receivingUnit(register, self.state);
      if (unit?.id !== from) {
        return refuse("NOT_PERMITTED", "header.sender", "is not the focal point of this State");
      }
      const { approved, reason } = content.value;
      if (approved || reason.trim() !== "") return undefined;
      return refuse("BODY_INVALID", "body.decision.reason", "is missing");
    }
    default:
      return content satisfies never;
  }
}
