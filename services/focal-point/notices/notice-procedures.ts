import { tellChange } from "#feed";
import { Notice, OnwardReleaseDecision } from "#proto";
import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import type { Transaction } from "#runtime";
import type { Replier } from "../cases/reply-handling.ts";
import type { Clearance, NotAlone } from "../releases/hold.ts";
import { confirmNotice } from "./confirm-notice.ts";
import { noteNoticeLetterOnce } from "./note-notice-letter.ts";
import { noticeLetters } from "./notice-letters.ts";
import { findNotice, listNotices, type NoticeRecord, settleNotice } from "./notice-record.ts";
import { askedFor, keepGranted } from "./receive-notice.ts";
import { draftNotice, holdNotice, type NoticeToSend, sendNotices } from "./send-notice.ts";

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
  if (granted) await keepGranted(tx, known, releaseTo, nowMs);
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

/** Procedures of a store about notices. */
export const NOTICE_PROCEDURES = {
  sendNoticesOnce,
  confirmNoticeOnce,
  decideReleaseOnce,
  noteNoticeLetterOnce,
  noticeLetters,
  findNotice,
  listNotices,
};

/** Those of them that write nothing. */
export const NOTICE_READ_ONLY = ["noticeLetters", "findNotice", "listNotices"] as const;
