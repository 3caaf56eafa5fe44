import { checkNotice, errorsOf, type NoticeKind, nameOf, noticeKindOf, subjectOf } from "#casework";
import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import { tellChange } from "#feed";
import type { InboundRecord, OpenedInbound } from "#post";
import { ErasureReason, Header, Notice } from "#proto";
import type { Transaction } from "#runtime";
import { EXCHANGE_ACTOR as actor } from "#users";
import { decodeExactly } from "#wire";
import type { Replier } from "../cases/reply-handling.ts";
import { copiesOf, keepGrants } from "../onward/onward-record.ts";
import { erasePersons } from "../persons/person-procedures.ts";
import { blockIdOf } from "../persons/person-record.ts";
import {
  findNotice,
  insertNotice,
  type KeptNoticeKind,
  type NoticeRecord,
  settleNotice,
  waitingFor,
} from "./notice-record.ts";
import { type AboutPlace, draftNotice, sendNotices } from "./send-notice.ts";

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
 * Takes a notice in, does what it asks, and answers it, all in the transaction that stores the
 * message (TP-PERS-12 to TP-PERS-15).
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
  const isHere = kind === "ERASURE" || kind === "CORRECTION" ? await isKept(tx, about) : true;
  const kept = { noticeId, direction: "received", peer, kind, caseId, actor, nowMs } as const;
  const state = isHere ? "OPEN" : "WAITING";
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
  if (isHere) await carryOut(tx, { noticeId, self: selfOf(message), nowMs });
  return undefined;
}

/** The one participant a notice is addressed to is this one. */
function selfOf({ header }: InboundRecord): Replier {
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

async function isKept(tx: Transaction, { messageId, sender }: AboutPlace): Promise<boolean> {
  const row = await tx.get<{ n: number }>(
    "SELECT count(*) AS n FROM post_inbox WHERE sender = ? AND message_id = ?",
    sender,
    messageId,
  );
  return (row?.n ?? 0) > 0;
}

/** Does what notices asked that overtook the message which has now come (TP-PERS-14). */
export async function carryOutWaiting(tx: Transaction, message: InboundRecord): Promise<void> {
  const self = selfOf(message);
  for (const { noticeId } of await waitingFor(tx, message)) {
    await carryOut(tx, { noticeId, self, nowMs: message.nowMs });
  }
}

interface ToCarryOut {
  readonly noticeId: string;
  readonly self: Replier;
  readonly nowMs: number;
}

/**
 * Personal data is erased or replaced at once, here and at those it was passed on to; everything
 * else waits for a person, who confirms or decides.
 */
async function carryOut(tx: Transaction, { noticeId, nowMs, self }: ToCarryOut): Promise<void> {
  const known = await findNotice(tx, { noticeId });
  if (known === null) return;
  const { content } = Notice.decode(known.notice);
  const isPersons = known.aboutPart === "persons";
  const isErasure = content?.$case === "erasure" && isPersons;
  const isReplaced = content?.$case === "correction" && content.value.personsReplaced;
  if (!isErasure && !isReplaced) {
    await settleNotice(tx, { noticeId, state: "OPEN", nowMs });
    return;
  }
  const reason = isErasure
    ? `erasure notice: ${nameOf(ErasureReason, content.value.reason) ?? "no reason"}`
    : "replaced by a correction notice";
  const blockId = blockIdOf(known.aboutSender, known.aboutMessageId);
  await erasePersons(tx, { blockId, actor, reason, nowMs });
  const passedOnTo = isErasure ? await passOn(tx, known, { self, nowMs }) : [];
  await confirmNotice(tx, { known, done: true, explanation: "", passedOnTo, self, nowMs });
}

/** Sends the erasure on to those who got the same information from us (TP-PERS-13). */
async function passOn(
  tx: Transaction,
  known: NoticeRecord,
  { nowMs, self }: { readonly self: Replier; readonly nowMs: number },
): Promise<string[]> {
  const part = known.aboutPart === "persons" ? "persons" : "body";
  const of = { sender: known.aboutSender, messageId: known.aboutMessageId, part } as const;
  const told: string[] = [];
  for (const { messageId } of await copiesOf(tx, of)) {
    const notice = Notice.decode(known.notice);
    if (notice.content?.$case !== "erasure") continue;
    const subject = { originalSender: self.participant, messageId, part: known.aboutPart };
    const value = { ...notice.content.value, subject };
    const bytes = Notice.encode({ ...notice, content: { $case: "erasure", value } }).finish();
    const sent = await sendNotices(tx, {
      kind: "ERASURE",
      about: { sender: self.participant, messageId, part: known.aboutPart },
      notice: bytes,
      persons: undefined,
      self,
      actor,
      nowMs,
    });
    if (sent.type === "sent") told.push(...sent.notices.map(({ to }) => to));
  }
  return told;
}

/** A confirmation to be sent. */
export interface Confirmation {
  readonly known: NoticeRecord;
  readonly done: boolean;
  readonly explanation: string;
  readonly passedOnTo: readonly string[];
  readonly self: Replier;
  readonly nowMs: number;
}

/** Answers a notice received: it was done, or why not. */
export async function confirmNotice(tx: Transaction, one: Confirmation): Promise<string> {
  const { done, explanation, known, nowMs, passedOnTo, self } = one;
  const { caseId, noticeId, peer: to } = known;
  const value = { noticeMessageId: noticeId, done, explanation, passedOnTo: [...passedOnTo] };
  const answer = Notice.encode(
    Notice.create({ content: { $case: "confirmation", value }, languageTag: "en" }),
  ).finish();
  const reference = undefined;
  const draft = { to, caseId, reference, notice: answer, self, nowMs };
  const answerId = await draftNotice(tx, draft);
  const state = done ? "DONE" : "NOT_DONE";
  await settleNotice(tx, { noticeId, state, answer, answerId, nowMs });
  return answerId;
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
  if (known.state !== "OPEN" || isDecision !== (known.kind === "ONWARD_RELEASE_REQUEST")) {
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
  } else {
    const done = content?.$case === "confirmation" && content.value.done;
    await settleNotice(tx, { ...settled, state: done ? "DONE" : "NOT_DONE" });
  }
  const { caseId, kind: code, peer: participant } = known;
  const kind = "notice.answered";
  await tellChange(tx, { kind, caseId, messageId: noticeId, participant, code, actor, nowMs });
  return undefined;
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
