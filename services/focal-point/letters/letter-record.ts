import type { SqlRow, Transaction } from "#runtime";

/** Ways to reach a State that is not on the exchange; a closed list (TP-OFF-5). */
export const CHANNELS = ["I-24/7", "iARMS", "POST", "DIPLOMATIC", "COURIER", "OTHER"] as const;

/** One of {@link CHANNELS}. */
export type Channel = (typeof CHANNELS)[number];

/** Something that went out or came in by another channel. */
export interface LetterRecord {
  readonly direction: "out" | "in";
  readonly channel: Channel;
  /** What the channel knows it by. */
  readonly reference: string;
  /** ISO 8601 calendar date on which it left or came. */
  readonly onDate: string;
  /** Language it was written in; empty where that is not said. */
  readonly language: string;
  readonly note: string;
  /** User id. */
  readonly actor: string;
  readonly nowMs: number;
}

/** A letter as an event names it. */
export function letterText({ channel, onDate, reference }: LetterRecord): string {
  return `${channel} ${reference}, ${onDate}`;
}

interface LetterRow extends SqlRow {
  direction: "out" | "in";
  channel: Channel;
  reference: string;
  on_date: string;
  language: string;
  note: string;
  actor: string;
  at: number;
}

/** Keeps what went out or came in. */
export async function addLetter(
  tx: Transaction,
  caseId: string,
  letter: LetterRecord,
): Promise<void> {
  await tx.run(
    `INSERT INTO trace_letter
       (case_id, direction, channel, reference, on_date, language, note, actor, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    caseId,
    letter.direction,
    letter.channel,
    letter.reference,
    letter.onDate,
    letter.language,
    letter.note,
    letter.actor,
    letter.nowMs,
  );
}

/** What went out and came in in a case, the oldest first. */
export async function lettersOf(
  tx: Transaction,
  { caseId, limit }: { readonly caseId: string; readonly limit: number },
): Promise<LetterRecord[]> {
  const rows = await tx.all<LetterRow>(
    "SELECT * FROM trace_letter WHERE case_id = ? ORDER BY position LIMIT ?",
    caseId,
    limit,
  );
  return rows.map(({ actor, at, channel, direction, language, note, on_date, reference }) => ({
    direction,
    channel,
    reference,
    onDate: on_date,
    language,
    note,
    actor,
    nowMs: at,
  }));
}
