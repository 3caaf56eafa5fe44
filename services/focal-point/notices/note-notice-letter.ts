import { doOnce, type RepeatKey, type RepeatMismatch } from "#repeats";
import type { Transaction } from "#runtime";
import { addEvent, findCase } from "../cases/case-record.ts";
import type { Replier } from "../cases/reply-handling.ts";
import type { OnwardCopy } from "../onward/onward-record.ts";
import { blockIdOf, findBlock, noteAccess } from "../persons/person-record.ts";
import { reportOnward } from "./confirm-notice.ts";
import { copiesOfInformation } from "./information.ts";
import { insertNoticeLetter, type NoticeLetter, noticeLetterText } from "./notice-letters.ts";
import { findNotice, type NoticeRecord, settleNotice } from "./notice-record.ts";

/** A letter to be noted. */
export interface LetterToNote {
  readonly noticeId: string;
  readonly letter: NoticeLetter;
  readonly self: Replier;
}

/** What became of it. */
export type NotedLetter =
  | { readonly type: "noted" }
  | { readonly type: "unknown" }
  /** Nothing is told by letter about a notice of this kind, or in this state. */
  | {
      readonly type: "illegal";
      readonly why: "another kind" | "waiting" | "answered";
      readonly kind: string;
      readonly state: string;
    }
  /** This State got nothing of it by letter from here. */
  | { readonly type: "not-passed-on" };

/**
 * Notes that a State which got the information by letter was told of a correction or an erasure by
 * letter too, or what it answered (TP-PERS-18): with the notice, as an event of the case it went
 * out in, in the access log of the personal data it is about, and to who sent the notice.
 */
export async function noteNoticeLetter(tx: Transaction, args: LetterToNote): Promise<NotedLetter> {
  const { letter, noticeId, self } = args;
  const known = await findNotice(tx, { noticeId });
  if (known === null) return { type: "unknown" };
  if (known.direction === "sent") return await noteOwn(tx, known, args);
  const isOwners = known.kind === "CORRECTION" || known.kind === "ERASURE";
  const { kind, state } = known;
  if (!isOwners) return { type: "illegal", why: "another kind", kind, state };
  if (state === "WAITING") return { type: "illegal", why: "waiting", kind, state };
  const { aboutMessageId: messageId, aboutPart: part, aboutSender: sender } = known;
  const copies = (await copiesOfInformation(tx, { sender, messageId, part })).filter(
    ({ byLetter, to }) => byLetter && to === letter.to,
  );
  if (copies.length === 0) return { type: "not-passed-on" };
  const { nowMs } = letter;
  await insertNoticeLetter(tx, noticeId, letter);
  for (const copy of copies) await writeDown(tx, { known, copy, letter, self });
  await reportOnward(tx, { causeId: noticeId, self, nowMs });
  return { type: "noted" };
}

/** {@link noteNoticeLetter} for a caller who may ask again (TP-API-18). */
export async function noteNoticeLetterOnce(
  tx: Transaction,
  args: LetterToNote & { readonly repeat: RepeatKey | undefined },
): Promise<(NotedLetter & { readonly repeated: boolean }) | RepeatMismatch> {
  const { letter, repeat } = args;
  return await doOnce(tx, { repeat, made: "noted", nowMs: letter.nowMs }, () =>
    noteNoticeLetter(tx, args),
  );
}

/** The same of a notice of ours about what went to that State by letter (TP-PERS-19). */
async function noteOwn(
  tx: Transaction,
  known: NoticeRecord,
  { letter, self }: LetterToNote,
): Promise<NotedLetter> {
  const { aboutMessageId: messageId, caseId, kind, noticeId, peer, state } = known;
  const isCarried = await tx.get("SELECT 1 FROM post_outbox WHERE message_id = ?", noticeId);
  if (isCarried !== undefined || peer !== letter.to) return { type: "not-passed-on" };
  if (state !== "OPEN") return { type: "illegal", why: "answered", kind, state };
  await insertNoticeLetter(tx, noticeId, letter);
  await writeDown(tx, { known, copy: { caseId, messageId }, letter, self });
  const { answer, nowMs } = letter;
  if (answer !== undefined) await settleNotice(tx, { noticeId, state: answer, nowMs });
  return { type: "noted" };
}

interface Written {
  readonly known: NoticeRecord;
  readonly copy: Pick<OnwardCopy, "caseId" | "messageId">;
  readonly letter: NoticeLetter;
  readonly self: Replier;
}

async function writeDown(tx: Transaction, { copy, known, letter, self }: Written): Promise<void> {
  const { actor, nowMs } = letter;
  const { caseId, messageId } = copy;
  const detail = `${known.kind} ${known.noticeId}, ${noticeLetterText(letter)}`;
  const event = letter.answer === undefined ? "notice told by letter" : "notice answered by letter";
  const kept = await findCase(tx, caseId);
  if (kept !== undefined) {
    await addEvent(tx, { caseId, event, state: kept.state, messageId, detail, actor, nowMs });
  }
  const blockId = blockIdOf(self.participant, messageId);
  if (known.aboutPart !== "persons" || (await findBlock(tx, blockId)) === undefined) return;
  await noteAccess(tx, { blockId, act: "told", actor, reason: `${event}: ${detail}`, nowMs });
}
