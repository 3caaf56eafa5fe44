import { outstandingOnward } from "#casework";
import { Notice, type NoticeConfirmation, OnwardConfirmation, OnwardStanding } from "#proto";
import type { Transaction } from "#runtime";
import type { Replier } from "../cases/reply-handling.ts";
import type { OnwardCopy } from "../onward/onward-record.ts";
import { copiesOfInformation } from "./information.ts";
import { type NoticeLetter, noticeLetters, noticeLetterText } from "./notice-letters.ts";
import { findNotice, type NoticeRecord, passedOnIn, settleNotice } from "./notice-record.ts";
import { draftNotice } from "./send-notice.ts";

/** A confirmation to be sent. */
export interface Confirmation {
  readonly known: NoticeRecord;
  readonly done: boolean;
  readonly explanation: string;
  readonly self: Replier;
  readonly nowMs: number;
}

/**
 * Answers a notice received: it was done, or why not, and how far it has come with those it was
 * passed on to (TP-PERS-13). Gives the id of the answer.
 */
export async function confirmNotice(tx: Transaction, one: Confirmation): Promise<string> {
  const { done, explanation, known, nowMs, self } = one;
  const { caseId, noticeId, peer: to } = known;
  const onward = await onwardOf(tx, known, self.participant);
  const own = onward.filter(({ passedOnBy }) => passedOnBy === self.participant);
  const passedOnTo = own.map(({ participant }) => participant);
  const value = { noticeMessageId: noticeId, done, explanation, passedOnTo, onward };
  const answer = Notice.encode(
    Notice.create({ content: { $case: "confirmation", value }, languageTag: "en" }),
  ).finish();
  const draft = { to, caseId, reference: undefined, notice: answer, self, nowMs };
  const answerId = await draftNotice(tx, draft);
  const state = done ? "DONE" : "NOT_DONE";
  const outstanding = outstandingOnward(onward);
  await settleNotice(tx, { noticeId, state, answer, answerId, outstanding, nowMs });
  return answerId;
}

/**
 * Tells who sent a notice that more is known of those it was passed on to; nothing before it was
 * confirmed at all, since that will say it.
 */
export async function reportOnward(
  tx: Transaction,
  { causeId, nowMs, self }: { causeId: string; self: Replier; nowMs: number },
): Promise<void> {
  const known = causeId === "" ? null : await findNotice(tx, { noticeId: causeId });
  const before = confirmationIn(known?.answer ?? null);
  if (known?.direction !== "received" || before === undefined) return;
  const { done, explanation } = before;
  await confirmNotice(tx, { known, done, explanation, self, nowMs });
}

/** What a kept answer confirms; undefined when it is none. */
export function confirmationIn(answer: Uint8Array | null): NoticeConfirmation | undefined {
  if (answer === null) return undefined;
  const { content } = Notice.decode(answer);
  return content?.$case === "confirmation" ? content.value : undefined;
}

/** How far a notice has come with everybody it was passed on to, until the last. */
async function onwardOf(
  tx: Transaction,
  known: NoticeRecord,
  passedOnBy: string,
): Promise<OnwardConfirmation[]> {
  const about = {
    sender: known.aboutSender,
    messageId: known.aboutMessageId,
    part: known.aboutPart,
  };
  const nearest = new Map<string, OnwardConfirmation>();
  // Who received it in several messages, or by letter and by wire, has done it when it is done
  // about all of them.
  const keepLeast = (one: OnwardConfirmation): void => {
    const before = nearest.get(one.participant);
    if (before === undefined || one.standing < before.standing) nearest.set(one.participant, one);
  };
  const further: OnwardConfirmation[] = [];
  const letters = await noticeLetters(tx, known);
  for (const copy of await copiesOfInformation(tx, about)) {
    const { messageId, to: participant } = copy;
    if (copy.byLetter) {
      keepLeast(OnwardConfirmation.create(byLetter(letters, copy, passedOnBy)));
      continue;
    }
    const child = await passedOnIn(tx, { causeId: known.noticeId, messageId });
    if (child === null && !(await hasReached(tx, copy))) continue;
    const answer = confirmationIn(child?.answer ?? null);
    const standing = standingOf(child);
    const explanation = answer?.explanation ?? "";
    keepLeast(OnwardConfirmation.create({ participant, passedOnBy, standing, explanation }));
    further.push(...(answer?.onward ?? []));
  }
  return [...nearest.values(), ...further];
}

/** How far it has come with a State that got the information by letter (TP-PERS-18). */
function byLetter(letters: readonly NoticeLetter[], { to }: OnwardCopy, passedOnBy: string) {
  const facts = { participant: to, passedOnBy };
  const told = letters.filter((letter) => letter.to === to);
  const last = told.findLast(({ answer }) => answer !== undefined) ?? told.at(-1);
  if (last === undefined) {
    const explanation = "It went there by letter.";
    return { ...facts, standing: OnwardStanding.NOT_TOLD, explanation };
  }
  const standing = last.answer === undefined ? OnwardStanding.TOLD : OnwardStanding[last.answer];
  return { ...facts, standing, explanation: noticeLetterText(last) };
}

const STANDINGS = {
  OPEN: OnwardStanding.TOLD,
  DONE: OnwardStanding.DONE,
  NOT_DONE: OnwardStanding.NOT_DONE,
  NOT_TAKEN: OnwardStanding.NOT_TAKEN,
} as const;

function standingOf(child: NoticeRecord | null): OnwardStanding {
  const state = child?.state ?? "";
  return state in STANDINGS ? STANDINGS[state as keyof typeof STANDINGS] : OnwardStanding.NOT_TOLD;
}

/** Whether a message reached whom it was for, or still may. */
async function hasReached(tx: Transaction, { messageId, to }: OnwardCopy): Promise<boolean> {
  const row = await tx.get<{ n: number }>(
    `SELECT count(*) AS n FROM post_outbox_recipient
     WHERE message_id = ? AND recipient = ? AND state IN ('open', 'delivered')`,
    messageId,
    to,
  );
  return (row?.n ?? 0) > 0;
}
