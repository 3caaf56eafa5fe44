import { tellChange } from "#feed";
import { draftMessage } from "#post";
import { type Alert, Alert as AlertMessage, AlertMove, type ExchangeStatus } from "#proto";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import { newMessageId, type Transaction } from "#runtime";
import { toTimestamp } from "#wire";
import { alertDraft } from "./alert-drafts.ts";
import {
  type AlertVersion,
  findAlert,
  insertAlert,
  insertVersion,
  versionsOf,
} from "./alert-record.ts";
import type { AlertSender } from "./expand-recipients.ts";
import { alertStateAt, settleAlert } from "./standing.ts";

/** A version of an alert that is to leave, checked as far as that is possible without the store. */
export interface AlertToSend {
  readonly self: AlertSender;
  /** Absent: a new alert. */
  readonly alertId: string | undefined;
  /** Encoded Alert, without references. */
  readonly body: Uint8Array;
  readonly recipients: readonly string[];
  readonly group: string;
  readonly status: ExchangeStatus;
  /** Focal point whose approval it needs; undefined for none. */
  readonly approver: string | undefined;
  readonly repeat: RepeatKey | undefined;
  /** User id. */
  readonly actor: string;
  readonly nowMs: number;
}

/** What became of it. */
export type AlertSent =
  | { readonly type: "sent"; readonly alertId: string; readonly messageId: string }
  | { readonly type: "unknown" }
  /** It is not ours, or has ended. */
  | { readonly type: "illegal"; readonly why: string };

/**
 * Keeps a version of an alert and drafts its message, as one step (TP-ALERT-31). An update and a
 * cancel go to everybody who was sent an earlier version, too: who has it must hear of it.
 */
export async function alertSend(
  tx: Transaction,
  args: AlertToSend,
): Promise<(AlertSent & { readonly repeated: boolean }) | RepeatMismatch> {
  const { nowMs, repeat } = args;
  return await doOnce(tx, { repeat, made: "sent", nowMs }, () => sendVersion(tx, args));
}

async function sendVersion(tx: Transaction, args: AlertToSend): Promise<AlertSent> {
  const { approver, nowMs, self, status } = args;
  const alert = AlertMessage.decode(args.body);
  if (args.alertId === undefined) {
    const alertId = newMessageId(nowMs);
    const side = approver === undefined ? "sent" : "submitted";
    const originator = self.participant;
    await insertAlert(tx, { alertId, side, originator, status, alert, nowMs });
    return await keepAndDraft(tx, { ...args, alertId, alert, earlier: [] });
  }
  const { alertId } = args;
  const head = await findAlert(tx, alertId);
  if (head === undefined) return { type: "unknown" };
  if (head.side !== "sent" && head.side !== "submitted") {
    return { type: "illegal", why: "only its originator updates or cancels an alert" };
  }
  // What was approved for an agency is the agency's to change.
  if (head.agency !== "") return { type: "illegal", why: `it is an alert of ${head.agency}` };
  const versions = await versionsOf(tx, alertId);
  const isCancelled = versions.some(({ move, state }) => {
    return move === AlertMove.CANCEL && state !== "declined";
  });
  if (isCancelled) return { type: "illegal", why: "it was cancelled" };
  if (alertStateAt(head, nowMs) === "PENDING_APPROVAL") {
    return { type: "illegal", why: "it waits for approval" };
  }
  const earlier = versions.filter(({ state }) => state !== "declined");
  const kind = head.kind;
  return await keepAndDraft(tx, { ...args, alertId, alert: { ...alert, kind }, earlier });
}

async function keepAndDraft(
  tx: Transaction,
  args: AlertToSend & {
    readonly alertId: string;
    readonly alert: Alert;
    readonly earlier: readonly AlertVersion[];
  },
): Promise<AlertSent> {
  const { actor, alertId, approver, earlier, group, nowMs, self } = args;
  const head = await findAlert(tx, alertId);
  const status = head?.status ?? args.status;
  const messageId = newMessageId(nowMs);
  const own = earlier.filter(({ sender }) => sender === self.participant);
  const alert: Alert = { ...args.alert, references: referencesTo(own) };
  const wanted = approver === undefined ? args.recipients : [approver];
  const recipients = await withEarlierRecipients(tx, own, wanted);
  // Of a group that has changed meanwhile, those who have it already are no members any more.
  const addressed = recipients.length === wanted.length && approver === undefined ? group : "";
  const draft = alertDraft({
    ...{ self, alertId, messageId, alert, recipients, status, nowMs },
    group: addressed,
  });
  await insertVersion(tx, {
    ...{ alertId, messageId, actor, nowMs },
    sender: self.participant,
    body: AlertMessage.encode(alert).finish(),
    sentAtMs: nowMs,
    status,
    state: approver === undefined ? "sent" : "pending",
    isRelayed: approver === undefined,
  });
  await draftMessage(tx, draft);
  const settled = await settleAlert(tx, alertId, nowMs);
  const state = settled === undefined ? "" : alertStateAt(settled, nowMs);
  const kind = alert.move === AlertMove.ALERT ? "alert.opened" : "alert.changed";
  await tellChange(tx, { kind, caseId: alertId, messageId, state, actor, nowMs });
  return { type: "sent", alertId, messageId };
}

/** Everything an update or cancel replaces: all earlier versions of the same sender. */
export function referencesTo(earlier: readonly AlertVersion[]): Alert["references"] {
  return earlier
    .filter(({ move }) => move !== AlertMove.CANCEL)
    .map(({ messageId, sender, sentAtMs }) => ({
      sender,
      messageId,
      sentAt: toTimestamp(sentAtMs),
    }));
}

/** Everybody who was sent an earlier version and not refused, and those who are meant now. */
export async function withEarlierRecipients(
  tx: Transaction,
  earlier: readonly AlertVersion[],
  wanted: readonly string[],
): Promise<string[]> {
  const recipients = new Set(wanted);
  for (const { messageId } of earlier) {
    const rows = await tx.all<{ recipient: string }>(
      "SELECT recipient FROM post_outbox_recipient WHERE message_id = ? AND state <> 'refused'",
      messageId,
    );
    for (const { recipient } of rows) recipients.add(recipient);
  }
  return [...recipients];
}
