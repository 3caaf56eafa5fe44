import { randomUUID } from "node:crypto";
import { alertFromJson } from "#casework";
import {
  Alert,
  AlertCertainty,
  AlertKind,
  AlertMove,
  AlertResponse,
  AlertScope,
  AlertSeverity,
  AlertUrgency,
  Disclosed,
  ExchangeStatus,
  Handling,
  type Header,
  Kind,
  Lane,
  type MessageRef,
  Priority,
  Tlp,
  UseRestriction,
} from "#proto";
import { type AssembledEnvelope, outSubject, toTimestamp } from "#wire";
import { alertBody } from "./alert-bodies.ts";
import type { HostileParticipant } from "./hostile-participant.ts";
import { headerOf } from "./messages.ts";

const HOUR_MS = 3_600_000;

/** What an attack wants different from an honest message about an alert. */
export interface AlertChanges {
  readonly header?: Partial<Header>;
  readonly alert?: Partial<Alert>;
}

/** An alert of a participant to a recipient, complete and honest but for the changes. */
export async function alertOf(
  from: HostileParticipant,
  to: string,
  changes: AlertChanges = {},
): Promise<AssembledEnvelope> {
  const written = alertFromJson(alertBody({}).alert as never);
  const alert = Alert.fromPartial({
    ...written,
    move: AlertMove.ALERT,
    kind: AlertKind.WANTED_FIREARM,
    scope: AlertScope.PRIVATE,
    urgency: AlertUrgency.IMMEDIATE,
    severity: AlertSeverity.SEVERE,
    certainty: AlertCertainty.OBSERVED,
    addressedTo: { states: [to.slice(0, 2)] },
    expiresAt: toTimestamp(Date.now() + HOUR_MS),
    ...changes.alert,
  });
  const { kind: alertKind, move: alertMove, scope: alertScope } = alert;
  const body = { plaintext: Alert.encode(alert).finish(), schema: "tracepost.v1.Alert" };
  return await sealedAs(from, to, Kind.ALERT, body, {
    disclosed: Disclosed.create({ alertMove, alertKind, alertScope }),
    ...changes.header,
  });
}

/** A further version of an alert: refers to it, and stands in its conversation. */
export async function versionOf(
  from: HostileParticipant,
  to: string,
  first: AssembledEnvelope,
  { alert, header }: AlertChanges,
): Promise<AssembledEnvelope> {
  const { conversationId, messageId, sender, sentAt } = headerOf(first);
  const references = [{ sender, messageId, sentAt }];
  return await alertOf(from, to, {
    alert: { move: AlertMove.UPDATE, references, ...alert },
    header: { conversationId, ...header },
  });
}

/** An answer to an alert of somebody. */
export async function answerOf(
  from: HostileParticipant,
  to: MessageRef & { readonly conversationId: string },
  content: NonNullable<AlertResponse["content"]>,
  header: Partial<Header> = {},
): Promise<AssembledEnvelope> {
  const { conversationId, ...inReplyTo } = to;
  const response = AlertResponse.fromPartial({ content });
  const body = {
    plaintext: AlertResponse.encode(response).finish(),
    schema: "tracepost.v1.AlertResponse",
  };
  const alertMove = MOVES[content.$case];
  return await sealedAs(from, to.originalSender, Kind.ALERT_RESPONSE, body, {
    conversationId,
    inReplyTo,
    disclosed: Disclosed.create({ alertMove }),
    ...header,
  });
}

/** The subject such a message leaves by. */
export function alertSubject(from: HostileParticipant, kind: Kind): string {
  return outSubject(from.party.id, Lane.URGENT, kind);
}

const MOVES = {
  acknowledgement: AlertMove.ACKNOWLEDGEMENT,
  hit: AlertMove.HIT,
  retraction: AlertMove.HIT_RETRACTION,
  decision: AlertMove.APPROVAL_DECISION,
} as const;

async function sealedAs(
  from: HostileParticipant,
  to: string,
  kind: Kind,
  body: { readonly plaintext: Uint8Array; readonly schema: string },
  header: Partial<Header>,
): Promise<AssembledEnvelope> {
  const { conversationId = randomUUID() } = header;
  return await from.sealed(to, {
    parts: [{ name: "body", retentionClass: "alert", ...body }],
    binding: { kind, conversationId },
    header: {
      ...{ kind, conversationId },
      lane: Lane.URGENT,
      priority: Priority.URGENT,
      status: ExchangeStatus.ACTUAL,
      instrumentBasis: [],
      handling: Handling.create({
        tlp: Tlp.AMBER,
        use: [UseRestriction.NO_ONWARD],
        originatorState: from.party.id.slice(0, 2),
      }),
      ...header,
    },
  });
}
