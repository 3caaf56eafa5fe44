import { tellChange } from "#feed";
import { Header, Notice, OnwardReleaseDecision } from "#proto";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import type { Transaction } from "#runtime";
import type { Replier } from "../cases/reply-handling.ts";
import type { Clearance, NotAlone } from "../releases/hold.ts";
import { findNotice, listNotices, type NoticeRecord, settleNotice } from "./notice-record.ts";
import { askedFor, confirmNotice, keepGrants } from "./receive-notice.ts";
import {
  draftNotice,
  holdNotice,
  inboxHeader,
  type NoticeToSend,
  sendNotices,
} from "./send-notice.ts";

/** Sends notices for a caller who may ask again (TP-API-18); what waits, too (TP-ANS-10). */
async function sendNoticesOnce(
  tx: Transaction,
  args: NoticeToSend & { readonly repeat: RepeatKey | undefined },
) {
  const { nowMs, repeat } = args;
  const made = ["sent", "held"] as const;
  return await doOnce(tx, { repeat, made, nowMs }, () => sendNotices(tx, args));
}

/** Who answers a notice, and when. */
interface Answering {
  readonly noticeId: string;
  readonly self: Replier;
  readonly actor: string;
  readonly repeat: RepeatKey | undefined;
  readonly nowMs: number;
}

/** What became of an answer. */
export type AnsweredNotice =
  | { readonly type: "sent"; readonly answerId: string }
  | { readonly type: "unknown" }
  /** It was answered already, or is answered otherwise. */
  | { readonly type: "illegal"; readonly state: string }
  /** Granted to somebody it was not asked for. */
  | { readonly type: "not-asked" };

/** Confirms a notice received: it was done, or why it cannot be (TP-PERS-15). */
async function confirmNoticeOnce(
  tx: Transaction,
  args: Answering & { readonly done: boolean; readonly explanation: string },
): Promise<(AnsweredNotice & { readonly repeated: boolean }) | RepeatMismatch> {
  const { done, explanation, nowMs, repeat, self } = args;
  return await doOnce<AnsweredNotice>(tx, { repeat, made: "sent", nowMs }, async () => {
    const known = await openNotice(tx, args, (kind) => kind !== "ONWARD_RELEASE_REQUEST");
    if ("type" in known) return known;
    const answerId = await confirmNotice(tx, {
      known,
      done,
      explanation,
      passedOnTo: [],
      self,
      nowMs,
    });
    await tellAnswered(tx, known, args);
    return { type: "sent", answerId };
  });
}

/** Decides about onward release: leave that was given is kept at both ends (TP-PERS-16). */
async function decideReleaseOnce(
  tx: Transaction,
  args: ReleaseToDecide & { readonly repeat: RepeatKey | undefined },
): Promise<((AnsweredNotice | NotAlone) & { readonly repeated: boolean }) | RepeatMismatch> {
  const { nowMs, repeat, ...rest } = args;
  const made = ["sent", "held"] as const;
  return await doOnce<AnsweredNotice | NotAlone>(tx, { repeat, made, nowMs }, () =>
    decideRelease(tx, { ...rest, nowMs }),
  );
}

/** A decision about onward release. */
export type ReleaseToDecide = Omit<Answering, "repeat"> & {
  readonly decision: Omit<OnwardReleaseDecision, "requestMessageId">;
};

/** Decides, as one step; a grant waits for a second person (TP-ANS-1). */
export async function decideRelease(
  tx: Transaction,
  args: ReleaseToDecide,
  given?: Clearance,
): Promise<AnsweredNotice | NotAlone> {
  const { actor, decision, noticeId, nowMs, self } = args;
  const known = await openNotice(tx, args, (kind) => kind === "ONWARD_RELEASE_REQUEST");
  if ("type" in known) return known;
  const asked = askedFor(known);
  const { granted, releaseTo } = decision;
  if (granted && !releaseTo.every((one) => asked.includes(one))) return { type: "not-asked" };
  const value = OnwardReleaseDecision.create({ ...decision, requestMessageId: noticeId });
  const answer = Notice.encode(
    Notice.create({ content: { $case: "onwardReleaseDecision", value }, languageTag: "en" }),
  ).finish();
  const { caseId, peer: to } = known;
  const draft = { to, caseId, reference: undefined, notice: answer, self, nowMs };
  const held = await holdNotice(tx, draft, { action: "decision", args, actor }, given);
  if (held.type !== "cleared") return held;
  const answerId = await draftNotice(tx, draft, held.clearance);
  if (granted) await keepGrants(tx, known, releaseTo, nowMs);
  const state = granted ? "GRANTED" : "REFUSED";
  await settleNotice(tx, { noticeId, state, answer, answerId, nowMs });
  await tellAnswered(tx, known, args);
  return { type: "sent", answerId };
}

/** A notice received that waits for this kind of answer. */
async function openNotice(
  tx: Transaction,
  { noticeId }: Pick<Answering, "noticeId">,
  fits: (kind: NoticeRecord["kind"]) => boolean,
): Promise<NoticeRecord | Extract<AnsweredNotice, { type: "unknown" | "illegal" }>> {
  const known = await findNotice(tx, { noticeId });
  if (known?.direction !== "received") return { type: "unknown" };
  if (known.state !== "OPEN" || !fits(known.kind)) return { type: "illegal", state: known.state };
  return known;
}

async function tellAnswered(
  tx: Transaction,
  { caseId, kind: code, noticeId: messageId, peer: participant }: NoticeRecord,
  { actor, nowMs }: Pick<Answering, "actor" | "nowMs">,
): Promise<void> {
  const kind = "notice.answered";
  await tellChange(tx, { kind, caseId, messageId, participant, code, actor, nowMs });
}

/** What passing on a message of another State depends on (TP-REQ-20). */
export interface ReleaseFacts {
  /** Encoded header of the message that brought it. */
  readonly header: Uint8Array;
  /** Participants and States the originator gave leave for. */
  readonly grants: readonly string[];
}

/** What is known of a message whose content somebody wants to pass on; null when it is not here. */
async function releaseFacts(
  tx: Transaction,
  about: { readonly sender: string; readonly messageId: string },
): Promise<ReleaseFacts | null> {
  const header = await inboxHeader(tx, about);
  if (header === undefined) return null;
  const rows = await tx.all<{ release_to: string }>(
    "SELECT release_to FROM release_grant WHERE about_sender = ? AND about_message_id = ?",
    about.sender,
    about.messageId,
  );
  const grants = rows.map((row) => row.release_to);
  return { header: Header.encode(header).finish(), grants };
}

/** Keeps that a message of ours passed on what others had sent, for notices to follow it. */
export async function keepOnwardCopies(
  tx: Transaction,
  onwardMessageId: string,
  sources: readonly { readonly sender: string; readonly messageId: string }[],
): Promise<void> {
  for (const { messageId, sender } of sources) {
    await tx.run(
      `INSERT INTO onward_copy (about_sender, about_message_id, onward_message_id) VALUES (?, ?, ?)
       ON CONFLICT DO NOTHING`,
      sender,
      messageId,
      onwardMessageId,
    );
  }
}

/** Procedures of a store about notices. */
export const NOTICE_PROCEDURES = {
  sendNoticesOnce,
  confirmNoticeOnce,
  decideReleaseOnce,
  releaseFacts,
  findNotice,
  listNotices,
};

/** Those of them that write nothing. */
export const NOTICE_READ_ONLY = ["releaseFacts", "findNotice", "listNotices"] as const;
