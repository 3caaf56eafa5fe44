import { nameOf } from "#casework";
import { DisclosureProceeding, ErasureReason, Notice, OnwardStanding } from "#proto";
import type { NoticeLetter } from "./notice-letters.ts";
import type { NoticeRecord } from "./notice-record.ts";

/** A notice as it is told in a list. */
export function noticeView(record: NoticeRecord) {
  return {
    noticeId: record.noticeId,
    direction: record.direction,
    peer: record.peer,
    kind: record.kind,
    state: record.state,
    caseId: record.caseId,
    subject: {
      sender: record.aboutSender,
      messageId: record.aboutMessageId,
      part: record.aboutPart,
    },
    code: record.code ?? undefined,
    outstanding: record.outstanding || undefined,
    passesOn: record.causeId || undefined,
    actor: record.actor,
    notedAt: instant(record.notedAtMs),
    updatedAt: instant(record.updatedAtMs),
  };
}

/** A notice with what it says and what was answered; it holds no personal data. */
export function noticeDetail(record: NoticeRecord, letters: readonly NoticeLetter[]) {
  const told = letters.length === 0 ? undefined : letters.map(letterOf);
  const answer = answerView(record);
  return { ...noticeView(record), ...contentView(record), answer, letters: told };
}

function letterOf({ actor, note, nowMs, onDate, ...letter }: NoticeLetter) {
  return { ...letter, on: onDate, note: note || undefined, by: actor, at: instant(nowMs) };
}

/** What a notice says; it holds no personal data. */
export function contentView({ notice }: Pick<NoticeRecord, "notice">) {
  const { content } = Notice.decode(notice);
  switch (content?.$case) {
    case "correction": {
      const { fields, personsReplaced, reason } = content.value;
      return { correction: { reason, fields, personsReplaced } };
    }
    case "erasure": {
      const { explanation, reason } = content.value;
      const why = nameOf(ErasureReason, reason);
      return { erasure: { reason: why, explanation: explanation || undefined } };
    }
    case "priorDisclosure": {
      const { subject: _subject, proceeding, ...disclosure } = content.value;
      const name = nameOf(DisclosureProceeding, proceeding);
      return { priorDisclosure: { proceeding: name, ...disclosure } };
    }
    case "onwardReleaseRequest": {
      const { purpose, releaseTo } = content.value;
      return { onwardReleaseRequest: { releaseTo, purpose } };
    }
    default:
      return {};
  }
}

function answerView({ answer, answerId }: NoticeRecord) {
  if (answer === null) return undefined;
  const { content } = Notice.decode(answer);
  const id = { answerId: answerId ?? undefined };
  if (content?.$case === "confirmation") {
    const { done, explanation, onward, passedOnTo } = content.value;
    const further = onward.map((one) => ({
      participant: one.participant,
      passedOnBy: one.passedOnBy,
      standing: nameOf(OnwardStanding, one.standing),
      explanation: one.explanation || undefined,
    }));
    return { ...id, done, explanation: explanation || undefined, passedOnTo, onward: further };
  }
  if (content?.$case !== "onwardReleaseDecision") return undefined;
  const { conditions, granted, reason, releaseTo } = content.value;
  const said = { conditions: conditions || undefined, reason: reason || undefined };
  return { ...id, granted, releaseTo, ...said };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
