import type { MessageDraft } from "#post";
import {
  Alert,
  AlertMove,
  AlertResponse,
  Disclosed,
  type ExchangeStatus,
  Handling,
  Kind,
  type MessageRef,
  Priority,
  Tlp,
  UseRestriction,
} from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { timestampMs } from "#wire";
import type { AlertSender } from "./expand-recipients.ts";

/** The message that carries a version of an alert. */
export function alertDraft(args: {
  readonly self: AlertSender;
  readonly alertId: string;
  readonly messageId: string;
  readonly alert: Alert;
  readonly recipients: readonly string[];
  readonly group: string;
  readonly status: ExchangeStatus;
  /** What is passed on within the State, if it is that. */
  readonly inReplyTo?: MessageRef;
  readonly nowMs: number;
}): MessageDraft & { readonly messageId: string } {
  const { alert, alertId, messageId, nowMs, recipients, self, status } = args;
  const latestMs = nowMs + WIRE_LIMITS.traceLifeMs;
  const expiresAtMs = timestampMs(alert.expiresAt) ?? latestMs;
  return {
    messageId,
    sender: self.participant,
    recipients,
    kind: Kind.ALERT,
    conversationId: alertId,
    priority: Priority.URGENT,
    status,
    nowMs,
    // A cancel must reach whom the alert has reached; nobody needs an alert that has expired.
    expiresAtMs: alert.move === AlertMove.CANCEL ? latestMs : Math.min(expiresAtMs, latestMs),
    addressedGroup: args.group,
    ...(args.inReplyTo === undefined ? {} : { inReplyTo: args.inReplyTo }),
    handling: alertHandling(self.state),
    disclosed: Disclosed.create({
      alertMove: alert.move,
      alertKind: alert.kind,
      alertScope: alert.scope,
    }),
    parts: [
      {
        name: "body",
        plaintext: Alert.encode(alert).finish(),
        schema: "tracepost.v1.Alert",
        retentionClass: "alert",
      },
    ],
  };
}

/** The message that answers one exact version of an alert, to whom it came from. */
export function responseDraft(args: {
  readonly self: AlertSender;
  readonly alertId: string;
  readonly response: AlertResponse;
  readonly status: ExchangeStatus;
  readonly inReplyTo: MessageRef;
  readonly nowMs: number;
}): MessageDraft {
  const { alertId, inReplyTo, nowMs, response, self, status } = args;
  return {
    sender: self.participant,
    recipients: [inReplyTo.originalSender],
    kind: Kind.ALERT_RESPONSE,
    conversationId: alertId,
    priority: Priority.URGENT,
    status,
    nowMs,
    inReplyTo,
    handling: alertHandling(self.state),
    disclosed: Disclosed.create({ alertMove: responseMove(response) }),
    parts: [
      {
        name: "body",
        plaintext: AlertResponse.encode(response).finish(),
        schema: "tracepost.v1.AlertResponse",
        retentionClass: "alert",
      },
    ],
  };
}

/** The move that an answer makes; UNSPECIFIED for an empty one. */
export function responseMove({ content }: AlertResponse): AlertMove {
  switch (content?.$case) {
    case "acknowledgement":
      return AlertMove.ACKNOWLEDGEMENT;
    case "hit":
      return AlertMove.HIT;
    case "retraction":
      return AlertMove.HIT_RETRACTION;
    case "decision":
      return AlertMove.APPROVAL_DECISION;
    case undefined:
      return AlertMove.UNSPECIFIED;
    default:
      return content satisfies never;
  }
}

/** Within the State that receives it an alert may be passed on; beyond, its originator decides. */
function alertHandling(originatorState: string): Handling {
  const use = [UseRestriction.NO_ONWARD];
  return Handling.create({ tlp: Tlp.AMBER, use, originatorState });
}
