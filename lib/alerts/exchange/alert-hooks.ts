import { type Refusal, refuse } from "#errors";
import { tellChange } from "#feed";
import { type InboundRecord, noteSignedBy, type PostHooks } from "#post";
import {
  Alert,
  AlertHit,
  AlertMove,
  AlertResponse,
  ExchangeStatus,
  Header,
  type MessageRef,
} from "#proto";
import type { Transaction } from "#runtime";
import { EXCHANGE_ACTOR as actor } from "#users";
import { equalBytes, timestampMs } from "#wire";
import { type AlertEffect, isAlertEffect } from "./alert-judge.ts";
import {
  type AlertHead,
  type AlertVersion,
  findAlert,
  insertAlert,
  insertVersion,
  versionsOf,
} from "./alert-record.ts";
import { findHit, insertHit, noteAck, noteRetraction } from "./response-record.ts";
import { alertStateAt, settleAlert } from "./standing.ts";

/** Hooks of a post with those of alerts before them. */
export function withAlerts(hooks: PostHooks): PostHooks {
  return {
    ...hooks,
    async onMessage(tx, message, effect) {
      if (isAlertEffect(effect)) return await applyAlertMessage(tx, hooks, message, effect);
      return await hooks.onMessage(tx, message, effect);
    },
  };
}

/** What a message about an alert does, inside the transaction that stores it (TP-ALERT-39). */
async function applyAlertMessage(
  tx: Transaction,
  hooks: PostHooks,
  message: InboundRecord,
  effect: AlertEffect,
): Promise<Refusal | undefined> {
  if (effect.type !== "alert") return await receiveResponse(tx, message, effect);
  const refusal = await receiveAlert(tx, message, effect);
  if (refusal === undefined && effect.isRelay) await noteOrigin(tx, hooks, message, effect.origin);
  return refusal;
}

/**
 * Keeps who signed the alert that was passed on (TP-KEY-8). When it was recorded is known of the
 * message that carries it, which is a little later.
 */
async function noteOrigin(
  tx: Transaction,
  hooks: PostHooks,
  { conversationId, nowMs, recordedAtMs }: InboundRecord,
  { keyId, messageId, sender }: AlertIn["origin"],
): Promise<void> {
  const signed = { sender, messageId, conversationId, keyId, recordedAtMs };
  await noteSignedBy(tx, hooks, signed, nowMs);
}

type AlertIn = AlertEffect & { readonly type: "alert" };
type ResponseIn = AlertEffect & { readonly type: "alert-response" };

async function receiveAlert(
  tx: Transaction,
  message: InboundRecord,
  effect: AlertIn,
): Promise<Refusal | undefined> {
  const { conversationId: alertId, header, nowMs } = message;
  const { isAsked, isRelay, origin } = effect;
  const alert = Alert.decode(effect.body);
  const { status } = Header.decode(header);
  const head = await findAlert(tx, alertId);
  const versions = await versionsOf(tx, alertId);
  // The same alert by two ways, such as a relay beside the message itself, counts once.
  if (versions.some(({ messageId }) => messageId === origin.messageId)) return undefined;
  const refusal = head === undefined ? undefined : checkVersion(head, versions, alert, effect);
  if (refusal !== undefined) return refusal;
  if (head !== undefined && head.status !== status) {
    return refuse("ILLEGAL_MOVE", "header.status", "is not that of the alert");
  }
  if (head === undefined) {
    const side = isAsked ? "asked" : "received";
    await insertAlert(tx, { alertId, side, originator: origin.sender, status, alert, nowMs });
  }
  const { headerDigest: digest, messageId, sender } = message;
  await insertVersion(tx, {
    alertId,
    messageId: origin.messageId,
    sender: origin.sender,
    body: effect.body,
    headerDigest: origin.headerDigest,
    sentAtMs: origin.sentAtMs,
    status,
    state: isAsked ? "pending" : "received",
    carrier: isRelay ? { sender, messageId, digest } : undefined,
    actor,
    nowMs,
    isRelayed: !(isAsked || isRelay),
  });
  const settled = await settleAlert(tx, alertId, nowMs);
  const state = settled === undefined ? "" : alertStateAt(settled, nowMs);
  const kind = head === undefined ? "alert.opened" : "alert.changed";
  const participant = origin.sender;
  await tellChange(tx, { kind, caseId: alertId, messageId, participant, state, actor, nowMs });
  return undefined;
}

/** Only its originator changes an alert, and refers to what it has sent (TP-ALERT-40). */
function checkVersion(
  head: AlertHead,
  versions: readonly AlertVersion[],
  alert: Alert,
  { isAsked, isRelay, origin, self }: AlertIn,
): Refusal | undefined {
  // Of an alert submitted for approval its focal point passes on what has left.
  const isApproved = head.side === "submitted" && isRelay && alert.hitReportTo === self.participant;
  // Of an alert that was approved the agency asks for the next change.
  const isNextAsked =
    isAsked && (head.agency === origin.sender || head.originator === origin.sender);
  const isOriginator = head.side === "received" && head.originator === origin.sender;
  if (!isApproved && !isNextAsked && !isOriginator) {
    return refuse("NOT_YOUR_MOVE", "header.sender", "is not the originator of this alert");
  }
  if (head.kind !== alert.kind) {
    return refuse("ILLEGAL_MOVE", "header.disclosed.alert_kind", "is not that of the alert");
  }
  // What was approved comes back to the agency as the alert it is.
  if (alert.move === AlertMove.ALERT && !isApproved) {
    return refuse("ILLEGAL_MOVE", "header.disclosed.alert_move", "there is such an alert already");
  }
  for (const [at, reference] of alert.references.entries()) {
    const known = versions.find(({ messageId }) => messageId === reference.messageId);
    const isSame =
      known === undefined ||
      (known.sender === reference.sender && known.sentAtMs === timestampMs(reference.sentAt));
    if (!isSame) {
      return refuse("ILLEGAL_MOVE", `body.references[${at}]`, "is not that message");
    }
  }
  return undefined;
}

async function receiveResponse(
  tx: Transaction,
  message: InboundRecord,
  effect: ResponseIn,
): Promise<Refusal | undefined> {
  const { conversationId: alertId } = message;
  const { inReplyTo, status } = Header.decode(message.header);
  const head = await findAlert(tx, alertId);
  const versionId = await answeredVersion(tx, alertId, message.sender, inReplyTo);
  if (head === undefined || versionId === undefined) {
    return refuse("ILLEGAL_MOVE", "header.in_reply_to", "is no alert of ours to this participant");
  }
  if (head.status !== status) {
    return refuse("ILLEGAL_MOVE", "header.status", "is not that of the alert");
  }
  const { content } = AlertResponse.decode(effect.response);
  switch (content?.$case) {
    case "acknowledgement": {
      const { level, unit } = content.value;
      const atMs = timestampMs(content.value.at) ?? message.nowMs;
      await noteAck(tx, { alertId, participant: message.sender, unit, level, versionId, atMs });
      await tell(tx, message, "alert.acknowledged", "");
      return undefined;
    }
    case "hit":
      return await receiveHit(tx, message, head, versionId, content.value);
    case "retraction":
      return await receiveRetraction(tx, message, head, content.value);
    case "decision":
      return await receiveDecision(tx, message, head, versionId, content.value);
    default:
      return refuse("BODY_INVALID", "body", "not an answer to an alert");
  }
}

/** The version that an answer is about, if we sent it, or passed it on, to who answers. */
async function answeredVersion(
  tx: Transaction,
  alertId: string,
  sender: string,
  inReplyTo: MessageRef | undefined,
): Promise<string | undefined> {
  if (inReplyTo === undefined) return undefined;
  const sent = await tx.get<{ header_digest: Uint8Array | null }>(
    `SELECT o.header_digest FROM post_outbox o JOIN post_outbox_recipient r USING (message_id)
     WHERE o.message_id = ? AND o.conversation_id = ? AND r.recipient = ?`,
    inReplyTo.messageId,
    alertId,
    sender,
  );
  if (sent?.header_digest == null) return undefined;
  if (!equalBytes(sent.header_digest, inReplyTo.headerDigest)) return undefined;
  const version = await tx.get<{ message_id: string }>(
    `SELECT message_id FROM alert_version WHERE message_id = ?
     UNION ALL SELECT message_id FROM alert_relay WHERE relay_id = ? LIMIT 1`,
    inReplyTo.messageId,
    inReplyTo.messageId,
  );
  return version?.message_id;
}

async function receiveHit(
  tx: Transaction,
  message: InboundRecord,
  head: AlertHead,
  versionId: string,
  hit: AlertHit,
): Promise<Refusal | undefined> {
  const { conversationId: alertId, nowMs, sender } = message;
  if (head.status !== ExchangeStatus.ACTUAL) {
    return refuse("ILLEGAL_MOVE", "header.status", "an exercise or test has no hits");
  }
  if ((await findHit(tx, alertId, hit.hitId)) !== undefined) {
    return refuse("ILLEGAL_MOVE", "body.hit.hit_id", "is that of another hit");
  }
  await insertHit(tx, {
    ...{ alertId, versionId, nowMs },
    hitId: hit.hitId,
    reporter: sender,
    foundBy: hit.foundBy === "" ? sender : hit.foundBy,
    body: AlertHit.encode(hit).finish(),
    isPassedOn: isPassedOn(head, sender),
  });
  await tell(tx, message, "alert.hit", "reported");
  return undefined;
}

/** A hit goes on to the originator of an alert received, or to the agency it was sent for. */
function isPassedOn(head: AlertHead, sender: string): boolean {
  if (head.side === "received") return true;
  return head.side === "sent" && head.agency !== "" && head.agency !== sender;
}

async function receiveRetraction(
  tx: Transaction,
  message: InboundRecord,
  head: AlertHead,
  { hitId, reason }: { readonly hitId: string; readonly reason: string },
): Promise<Refusal | undefined> {
  const { conversationId: alertId, nowMs, sender } = message;
  const found = await findHit(tx, alertId, hitId);
  if (found === undefined) {
    return refuse("ILLEGAL_MOVE", "body.retraction.hit_id", "is no hit on this alert");
  }
  if (found.reporter !== sender) {
    return refuse("NOT_YOUR_MOVE", "header.sender", "did not report this hit");
  }
  if (found.state === "retracted") return undefined;
  await noteRetraction(tx, {
    ...{ alertId, hitId, reason, nowMs },
    isPassedOn: isPassedOn(head, sender),
  });
  await tell(tx, message, "alert.hit", "retracted");
  return undefined;
}

async function receiveDecision(
  tx: Transaction,
  message: InboundRecord,
  head: AlertHead,
  versionId: string,
  { approved, reason }: { readonly approved: boolean; readonly reason: string },
): Promise<Refusal | undefined> {
  const { conversationId: alertId, nowMs } = message;
  const changed = await tx.run(
    "UPDATE alert_version SET state = ?, reason = ? WHERE message_id = ? AND state = 'pending'",
    approved ? "approved" : "declined",
    reason,
    versionId,
  );
  if (changed === 0) {
    return refuse("ILLEGAL_MOVE", "header.in_reply_to", "was decided before");
  }
  const isDeclined = !approved && head.currentId === null;
  await tx.run(
    "UPDATE alert SET declined = ?, updated_at = ? WHERE alert_id = ?",
    isDeclined ? 1 : 0,
    nowMs,
    alertId,
  );
  await tell(tx, message, "alert.decided", approved ? "APPROVED" : "DECLINED");
  return undefined;
}

async function tell(
  tx: Transaction,
  message: InboundRecord,
  kind: "alert.acknowledged" | "alert.hit" | "alert.decided",
  state: string,
): Promise<void> {
  const { conversationId: caseId, messageId, nowMs, sender: participant } = message;
  await tellChange(tx, { kind, caseId, messageId, participant, state, actor, nowMs });
}
