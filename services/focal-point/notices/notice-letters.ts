import type { SqlRow, Transaction } from "#runtime";
import type { Channel } from "../letters/letter-record.ts";

/** What a State off the exchange answered to what it was told by letter. */
export const LETTER_ANSWERS = ["DONE", "NOT_DONE"] as const;

/** That a State was told of a notice by letter (TP-PERS-18), or what it answered. */
export interface NoticeLetter {
  /** ISO 3166-1 alpha-2 code of the State. */
  readonly to: string;
  readonly channel: Channel;
  /** What the channel knows the letter by. */
  readonly reference: string;
  /** ISO 8601 calendar date on which it left, or its answer came. */
  readonly onDate: string;
  /** Absent: it was told, and has not answered. */
  readonly answer?: (typeof LETTER_ANSWERS)[number] | undefined;
  /** For this State alone: neither events nor other States hear it. */
  readonly note: string;
  /** User id. */
  readonly actor: string;
  readonly nowMs: number;
}

interface NoticeLetterRow extends SqlRow {
  recipient: string;
  channel: Channel;
  reference: string;
  on_date: string;
  answer: (typeof LETTER_ANSWERS)[number] | null;
  note: string;
  actor: string;
  at: number;
}

/** Letters about a notice, the oldest first. */
export async function noticeLetters(
  tx: Transaction,
  { noticeId }: { readonly noticeId: string },
): Promise<NoticeLetter[]> {
  const rows = await tx.all<NoticeLetterRow>(
    "SELECT * FROM notice_letter WHERE notice_id = ? ORDER BY position",
    noticeId,
  );
  return rows.map(({ answer, at, on_date, recipient, ...row }) => ({
    to: recipient,
    channel: row.channel,
    reference: row.reference,
    onDate: on_date,
    answer: answer ?? undefined,
    note: row.note,
    actor: row.actor,
    nowMs: at,
  }));
}

/** Keeps one. */
export async function insertNoticeLetter(
  tx: Transaction,
  noticeId: string,
  letter: NoticeLetter,
): Promise<void> {
  await tx.run(
    `INSERT INTO notice_letter
       (notice_id, recipient, channel, reference, on_date, answer, note, actor, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    noticeId,
    letter.to,
    letter.channel,
    letter.reference,
    letter.onDate,
    letter.answer ?? null,
    letter.note,
    letter.actor,
    letter.nowMs,
  );
}

/**
 * How a State was told, or what it answered, in words that other States hear too (TP-PERS-18): its
 * note is not among them.
 */
export function noticeLetterText(letter: Omit<NoticeLetter, "note">): string {
  const { answer, channel, onDate, reference, to } = letter;
  const said = answer === undefined ? `${to} told` : `${to} answered ${answer}`;
  return `${said} by ${channel} ${reference}, ${onDate}`;
}
