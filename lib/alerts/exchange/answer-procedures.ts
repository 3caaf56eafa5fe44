import { tellChange } from "#feed";
import { draftMessage } from "#post";
import { type AckLevel, AlertHit, AlertResponse, ExchangeStatus, type MessageRef } from "#proto";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import type { Transaction } from "#runtime";
import { toTimestamp } from "#wire";
import { responseDraft } from "./alert-drafts.ts";
import { type AlertHead, type AlertVersion, findAlert, versionsOf } from "./alert-record.ts";
import type { AlertSender } from "./expand-recipients.ts";
import { findHit, insertHit, noteAck, noteRetraction } from "./response-record.ts";
import { alertStateAt } from "./standing.ts";

interface AnswerBase {
  readonly self: AlertSender;
  readonly alertId: string;
  readonly repeat: RepeatKey | undefined;
  /** User id. */
  readonly actor: string;
  readonly nowMs: number;
}

/** An acknowledgement of an alert received. */
export interface AckToSend extends AnswerBase {
  readonly level: AckLevel;
  /** Post or unit; empty: the participant. */
  readonly unit: string;
}

/** A hit on an alert received. */
export interface HitToSend extends AnswerBase {
  readonly hitId: string;
  /** Encoded AlertHit, checked. */
  readonly hit: Uint8Array;
}

/** A hit that was none. */
export interface RetractionToSend extends AnswerBase {
  readonly hitId: string;
  readonly reason: string;
}

/** What became of an answer. */
export type AlertAnswered =
  | { readonly type: "answered"; readonly messageId: string; readonly hitId?: string }
  | { readonly type: "unknown" }
  | { readonly type: "illegal"; readonly why: string };

/** The same for a caller who may ask again. */
export type AlertAnsweredOnce = (AlertAnswered & { readonly repeated: boolean }) | RepeatMismatch;

/** Says how far an alert was taken up, to whom it came from (TP-ALERT-36). */
export async function alertAcknowledge(
  tx: Transaction,
  args: AckToSend,
): Promise<AlertAnsweredOnce> {
  return await answerOnce(tx, args, async (alert, version) => {
    const { level, nowMs, self, unit } = args;
    const ack = { participant: self.participant, unit, level, versionId: version.messageId };
    await noteAck(tx, { alertId: alert.alertId, ...ack, atMs: nowMs });
    const value = { level, unit, at: toTimestamp(nowMs) };
    return await respond(tx, args, alert, version, { $case: "acknowledgement", value });
  });
}

/**
 * Reports a possible match to whom the alert came from, and to nobody else (TP-ALERT-37). Refused
 * when the alert is not in force, and for an exercise, which fires no hits.
 */
export async function alertReportHit(tx: Transaction, args: HitToSend): Promise<AlertAnsweredOnce> {
  return await answerOnce(tx, args, async (alert, version) => {
    const { hitId, nowMs, self } = args;
    if (alert.status !== ExchangeStatus.ACTUAL) return illegal("an exercise or test has no hits");
    const state = alertStateAt(alert, nowMs);
    if (state !== "IN_FORCE") return illegal(`the alert is ${state}`);
    const hit = AlertHit.decode(args.hit);
    if (hit.item > 0 && hit.item >= version.alert.items.length) {
      return illegal("the alert has no such item");
    }
    const reporter = self.participant;
    const { messageId: versionId } = version;
    const kept = { alertId: alert.alertId, hitId, reporter, foundBy: reporter, versionId };
    await insertHit(tx, { ...kept, body: args.hit, isPassedOn: false, nowMs });
    return await respond(tx, args, alert, version, { $case: "hit", value: hit }, hitId);
  });
}

/** Takes a hit of ours back (TP-ALERT-38). */
export async function alertRetract(
  tx: Transaction,
  args: RetractionToSend,
): Promise<AlertAnsweredOnce> {
  return await answerOnce(tx, args, async (alert, version) => {
    const { hitId, nowMs, reason, self } = args;
    const found = await findHit(tx, alert.alertId, hitId);
    if (found === undefined) return { type: "unknown" };
    if (found.reporter !== self.participant) return illegal(`it is a hit of ${found.reporter}`);
    if (found.state === "retracted") return illegal("it was retracted before");
    await noteRetraction(tx, { ...found, reason, isPassedOn: false, nowMs });
    const value = { hitId, reason };
    return await respond(tx, args, alert, version, { $case: "retraction", value }, hitId);
  });
}

async function answerOnce(
  tx: Transaction,
  args: AnswerBase,
  act: (alert: AlertHead, newest: AlertVersion) => Promise<AlertAnswered>,
): Promise<AlertAnsweredOnce> {
  const { alertId, nowMs, repeat } = args;
  return await doOnce<AlertAnswered>(tx, { repeat, made: "answered", nowMs }, async () => {
    const alert = await findAlert(tx, alertId);
    if (alert === undefined) return { type: "unknown" };
    const received = (await versionsOf(tx, alertId)).filter(({ state }) => state === "received");
    const newest = received.find(({ messageId }) => messageId === alert.currentId);
    const version = newest ?? received.at(-1);
    if (version === undefined) return illegal("it is an alert of this participant");
    return await act(alert, version);
  });
}

function illegal(why: string): AlertAnswered {
  return { type: "illegal", why };
}

/** Answers go back the way the alert came. */
async function respond(
  tx: Transaction,
  args: AnswerBase,
  { alertId, status }: AlertHead,
  version: AlertVersion,
  content: NonNullable<AlertResponse["content"]>,
  hitId?: string,
): Promise<AlertAnswered> {
  const { actor, nowMs, self } = args;
  const response = AlertResponse.fromPartial({ content, officerRef: actor });
  const inReplyTo = cameIn(version);
  const draft = responseDraft({ self, alertId, response, status, inReplyTo, nowMs });
  const { messageId } = await draftMessage(tx, draft);
  const kind = content.$case === "acknowledgement" ? "alert.acknowledged" : "alert.hit";
  const participant = self.participant;
  const state = content.$case === "retraction" ? "retracted" : "";
  await tellChange(tx, { kind, caseId: alertId, messageId, participant, state, actor, nowMs });
  return { type: "answered", messageId, ...(hitId === undefined ? {} : { hitId }) };
}

/** The message a version came in: of its sender, or of the focal point that passed it on. */
function cameIn(version: AlertVersion): MessageRef {
  const { carrier, carrierDigest, carrierId, headerDigest, messageId, sender } = version;
  if (carrier === "") {
    return { originalSender: sender, messageId, headerDigest: headerDigest ?? new Uint8Array() };
  }
  const digest = carrierDigest ?? new Uint8Array();
  return { originalSender: carrier, messageId: carrierId, headerDigest: digest };
}
