import {
  checkNotice,
  errorsOf,
  furthestOnward,
  type NoticeKind,
  noticeKindOf,
  outstandingOnward,
  subjectOf,
} from "#casework";
import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import { tellChange } from "#feed";
import type { InboundRecord, OpenedInbound } from "#post";
import { Header, Notice, type NoticeConfirmation } from "#proto";
import type { Transaction } from "#runtime";
import { EXCHANGE_ACTOR as actor } from "#users";
import { decodeExactly } from "#wire";
import type { Replier } from "../cases/reply-handling.ts";
import { keepGrants } from "../onward/onward-record.ts";
import { confirmationIn, reportOnward } from "./confirm-notice.ts";
import {
  findNotice,
  insertNotice,
  type KeptNoticeKind,
  type NoticeRecord,
  settleNotice,
} from "./notice-record.ts";
import type { AboutPlace } from "./send-notice.ts";

/** A notice that was judged; crosses the thread to the store. */
export interface NoticeEffect {
  readonly type: "notice";
  readonly kind: NoticeKind;
  /** Encoded Notice. */
  readonly notice: Uint8Array;
}

/** Judges a notice: well formed, and by the rules of TP-PERS-10. */
export function judgeNotice({ parts }: Pick<OpenedInbound, "parts">): Outcome<NoticeEffect> {
  const bytes = parts.get("body") ?? new Uint8Array();
  const notice = decodeExactly(Notice, bytes);
  const kind = notice && noticeKindOf(notice);
  if (notice === undefined || kind === undefined) {
    return refused("BODY_INVALID", "body", "not a notice");
  }
  const [error] = errorsOf(checkNotice(notice));
  if (error !== undefined) return refused("BODY_INVALID", `body.${error.field}`, error.rule);
  const isReplaced = notice.content?.$case === "correction" && notice.content.value.personsReplaced;
  if (isReplaced !== parts.has("persons")) {
    return refused("BODY_INVALID", "body.correction.persons_replaced", "not as the parts say");
  }
  return accepted({ type: "notice", kind, notice: bytes });
}

/**
 * Takes a notice in, in the transaction that stores the message; the same transaction does what it
 * asks and answers it (TP-PERS-12 to TP-PERS-15).
 */
export async function receiveNotice(
  tx: Transaction,
  message: InboundRecord,
  effect: NoticeEffect,
): Promise<Refusal | undefined> {
  const notice = Notice.decode(effect.notice);
  const { kind } = effect;
  if (kind === "CONFIRMATION" || kind === "ONWARD_RELEASE_DECISION") {
    return await receiveAnswer(tx, message, notice, effect.notice);
  }
  const subject = subjectOf(notice);
  if (subject === undefined) return refuse("BODY_INVALID", "body.subject", "missing");
  const about = {
    sender: subject.originalSender,
    messageId: subject.messageId,
    part: subject.part,
  };
  const refusal = await checkOwner(tx, message, kind, about);
  if (refusal !== undefined) return refusal;
  const { conversationId: caseId, messageId: noticeId, nowMs, sender: peer } = message;
  const kept = { noticeId, direction: "received", peer, kind, caseId, actor, nowMs } as const;
  // It is carried out once the message, and the one it is about, are kept with what they brought.
  const state = kind === "ERASURE" || kind === "CORRECTION" ? "WAITING" : "OPEN";
  await insertNotice(tx, { ...kept, state, notice: effect.notice, about });
  await tellChange(tx, {
    kind: "notice.received",
    caseId,
    messageId: noticeId,
    participant: peer,
    code: kind,
    actor,
    nowMs,
  });
  return undefined;
}

/** The one participant a message is addressed to is this one. */
export function selfOf({ header }: InboundRecord): Replier {
  const [participant = ""] = Header.decode(header).recipients;
  return { participant, state: participant.slice(0, 2) };
}

/** Who sent the information corrects and erases it; who received it asks and announces. */
async function checkOwner(
  tx: Transaction,
  message: InboundRecord,
  kind: KeptNoticeKind,
  about: AboutPlace,
): Promise<Refusal | undefined> {
  if (kind === "CORRECTION" || kind === "ERASURE") {
    if (about.sender === message.sender) return undefined;
    return refuse("NOT_PERMITTED", "body.subject.original_sender", "is another State's to say");
  }
  const own = await tx.get<{ n: number }>(
    "SELECT count(*) AS n FROM post_outbox_recipient WHERE message_id = ? AND recipient = ?",
    about.messageId,
    message.sender,
  );
  if ((own?.n ?? 0) > 0) return undefined;
  return refuse("BODY_INVALID", "body.subject.message_id", "is no message of ours to you");
}

/** Applies the answer of another State to a notice of ours (TP-PERS-15). */
async function receiveAnswer(
  tx: Transaction,
  message: InboundRecord,
  { content }: Notice,
  answer: Uint8Array,
): Promise<Refusal | undefined> {
  const isDecision = content?.$case === "onwardReleaseDecision";
  const noticeId =
    content?.$case === "confirmation"
      ? content.value.noticeMessageId
      : isDecision
        ? content.value.requestMessageId
        : "";
  const known = await findNotice(tx, { noticeId });
  const isOurs = known?.direction === "sent" && known.peer === message.sender;
  if (known === null || !isOurs) {
    return refuse("BODY_INVALID", "body.notice_message_id", "is no notice of ours to you");
  }
  const isDue = known.state === "OPEN" || (!isDecision && known.answer !== null);
  if (!isDue || isDecision !== (known.kind === "ONWARD_RELEASE_REQUEST")) {
    return refuse("ILLEGAL_MOVE", "body.notice_message_id", `the notice is ${known.state}`);
  }
  const { messageId: answerId, nowMs } = message;
  const settled = { noticeId, answer, answerId, nowMs };
  if (isDecision) {
    const { granted, releaseTo } = content.value;
    const asked = askedFor(known);
    if (granted && !releaseTo.every((one) => asked.includes(one))) {
      return refuse("BODY_INVALID", "body.onward_release_decision.release_to", "was not asked for");
    }
    if (granted) await keepGranted(tx, known, releaseTo, nowMs);
    await settleNotice(tx, { ...settled, state: granted ? "GRANTED" : "REFUSED" });
  } else if (content?.$case === "confirmation") {
    await settleConfirmed(tx, known, { ...settled, told: content.value });
    await reportOnward(tx, { causeId: known.causeId, self: selfOf(message), nowMs });
  }
  const { caseId, kind: code, peer: participant } = known;
  const kind = "notice.answered";
  await tellChange(tx, { kind, caseId, messageId: noticeId, participant, code, actor, nowMs });
  return undefined;
}

/**
 * Keeps a confirmation, the first or a later one: what was done stays done, and of those further on
 * the furthest that is known (TP-PERS-13).
 */
async function settleConfirmed(
  tx: Transaction,
  known: NoticeRecord,
  settled: {
    readonly noticeId: string;
    readonly answerId: string;
    readonly told: NoticeConfirmation;
    readonly nowMs: number;
  },
): Promise<void> {
  const { answerId, noticeId, nowMs, told } = settled;
  const before = confirmationIn(known.answer);
  const done = told.done || before?.done === true;
  const onward = furthestOnward(before?.onward ?? [], told.onward);
  const value = { ...told, done, onward };
  const answer = Notice.encode(
    Notice.create({ content: { $case: "confirmation", value }, languageTag: "en" }),
  ).finish();
  const outstanding = outstandingOnward(onward);
  const state = done ? "DONE" : "NOT_DONE";
  await settleNotice(tx, { noticeId, state, answer, answerId, outstanding, nowMs });
}

/** Whom a release was asked for. */
export function askedFor({ notice }: Pick<NoticeRecord, "notice">): readonly string[] {
  const { content } = Notice.decode(notice);
  return content?.$case === "onwardReleaseRequest" ? content.value.releaseTo : [];
}

/** Keeps leave that was given for the message a request was about. */
export async function keepGranted(
  tx: Transaction,
  { aboutMessageId: messageId, aboutSender: sender, noticeId: requestId }: NoticeRecord,
  releaseTo: readonly string[],
  nowMs: number,
): Promise<void> {
  await keepGrants(tx, { sender, messageId }, { releaseTo, requestId, nowMs });
}
