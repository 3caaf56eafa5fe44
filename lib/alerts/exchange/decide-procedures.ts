import { tellChange } from "#feed";
import { draftMessage } from "#post";
import { Alert, AlertResponse, type ExchangeStatus } from "#proto";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import { newMessageId, type Transaction } from "#runtime";
import { alertDraft, responseDraft } from "./alert-drafts.ts";
import {
  type AlertHead,
  type AlertVersion,
  findAlert,
  insertVersion,
  versionsOf,
} from "./alert-record.ts";
import type { AlertSender } from "./expand-recipients.ts";
import { referencesTo, withEarlierRecipients } from "./send-procedures.ts";
import { alertStateAt, settleAlert } from "./standing.ts";

/** A decision on a version of an alert that an agency of this State wants to send. */
export interface AlertToDecide {
  readonly self: AlertSender;
  readonly alertId: string;
  readonly messageId: string;
  readonly approved: boolean;
  readonly reason: string;
  /** Whom it goes to when it is approved. */
  readonly recipients: readonly string[];
  readonly group: string;
  readonly repeat: RepeatKey | undefined;
  /** User id. */
  readonly actor: string;
  readonly nowMs: number;
}

/** What became of it. */
export type AlertDecided =
  /** `leftAs` is the message an approved one leaves as. */
  | { readonly type: "decided"; readonly leftAs: string | null }
  | { readonly type: "unknown" }
  /** Somebody has decided before. */
  | { readonly type: "settled" };

/**
 * Lets an alert of an agency leave, or not (TP-ALERT-35). What leaves is the agency's alert in the
 * name of the State: hits are reported to the agency, too. The agency is told either way.
 */
export async function alertDecide(
  tx: Transaction,
  args: AlertToDecide,
): Promise<(AlertDecided & { readonly repeated: boolean }) | RepeatMismatch> {
  const { nowMs, repeat } = args;
  return await doOnce(tx, { repeat, made: "decided", nowMs }, () => decide(tx, args));
}

async function decide(tx: Transaction, args: AlertToDecide): Promise<AlertDecided> {
  const { actor, alertId, approved, messageId, nowMs, reason, self } = args;
  const head = await findAlert(tx, alertId);
  const versions = await versionsOf(tx, alertId);
  const asked = versions.find((version) => version.messageId === messageId);
  const isAsked = asked !== undefined && asked.sender !== self.participant;
  if (head === undefined || !isAsked || asked.state === "received") return { type: "unknown" };
  if (asked.state !== "pending") return { type: "settled" };
  const leftAs = approved ? await letLeave(tx, args, head, asked, versions) : null;
  await tx.run(
    "UPDATE alert_version SET state = ?, reason = ?, left_as = ? WHERE message_id = ?",
    approved ? "approved" : "declined",
    reason,
    leftAs,
    messageId,
  );
  const hasLeft = approved || head.currentId !== null;
  await tx.run("UPDATE alert SET declined = ? WHERE alert_id = ?", hasLeft ? 0 : 1, alertId);
  const content = { $case: "decision", value: { approved, reason } } as const;
  const response = AlertResponse.fromPartial({ content });
  const { sender: originalSender, headerDigest } = asked;
  const inReplyTo = { originalSender, messageId, headerDigest: headerDigest ?? new Uint8Array() };
  const { status } = head;
  await draftMessage(tx, responseDraft({ self, alertId, response, status, inReplyTo, nowMs }));
  const settled = await settleAlert(tx, alertId, nowMs);
  const state = settled === undefined ? "" : alertStateAt(settled, nowMs);
  const kind = "alert.decided";
  await tellChange(tx, { kind, caseId: alertId, messageId, state, actor, nowMs });
  return { type: "decided", leftAs };
}

async function letLeave(
  tx: Transaction,
  args: AlertToDecide,
  head: AlertHead,
  asked: AlertVersion,
  versions: readonly AlertVersion[],
): Promise<string> {
  const { actor, alertId, nowMs, self } = args;
  const messageId = newMessageId(nowMs);
  const own = versions.filter(({ sender }) => sender === self.participant);
  const references = referencesTo(own);
  const alert: Alert = { ...asked.alert, references, hitReportTo: asked.sender };
  const recipients = await withEarlierRecipients(tx, own, args.recipients);
  const group = recipients.length === args.recipients.length ? args.group : "";
  const status: ExchangeStatus = head.status;
  await tx.run(
    "UPDATE alert SET side = 'sent', originator = ?, agency = ? WHERE alert_id = ?",
    self.participant,
    asked.sender,
    alertId,
  );
  await insertVersion(tx, {
    ...{ alertId, messageId, actor, nowMs },
    sender: self.participant,
    body: Alert.encode(alert).finish(),
    sentAtMs: nowMs,
    status,
    state: "sent",
    isRelayed: true,
  });
  const message = { self, alertId, messageId, alert, recipients, group, status, nowMs };
  await draftMessage(tx, alertDraft(message));
  return messageId;
}
