import { KIB, MINUTE_MS, SECOND_MS } from "./units.ts";

/** Limits of mails (docs/spec/watch.md). */
export const MAIL_LIMITS = {
  /** Addresses that one configuration names: people of one body. */
  addressesMax: 16,
  /** Longest address (RFC 5321, 4.5.3.1.3, without its brackets). */
  addressCharsMax: 254,
  /** Longest subject: one line of a list of mails. */
  subjectCharsMax: 120,
  /** Longest text: hundreds of lines. */
  textBytesMax: 64 * KIB,
  /** Longest wait for a connection with the mail server. */
  connectMs: 10 * SECOND_MS,
  /** Longest silence of a mail server: many look a sender up before they answer. */
  silenceMs: 30 * SECOND_MS,
  /** Longest time for one mail, however steadily its server answers. */
  mailMs: 2 * MINUTE_MS,
  /** Longest answer of a mail server. */
  answerBytesMax: 64 * KIB,
} as const;
