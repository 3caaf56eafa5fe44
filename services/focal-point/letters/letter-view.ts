import type { LetterRecord } from "./letter-record.ts";

/** A letter that went out or came in, as JSON. */
export function letterView(letter: LetterRecord) {
  return {
    direction: letter.direction,
    channel: letter.channel,
    reference: letter.reference,
    on: letter.onDate,
    language: letter.language || undefined,
    note: letter.note || undefined,
    by: letter.actor,
    at: new Date(letter.nowMs).toISOString(),
  };
}
