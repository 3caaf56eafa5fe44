/** Limits of legal holds. */
export const HOLD_LIMITS = {
  /** Messages one hold names one by one; more are a conversation, a party or a query. */
  messagesMax: 1_000,
  /** Holds that cover something at the same time; each record that is due is held against all. */
  coveringMax: 1_000,
  /** Why, in a few paragraphs. */
  reasonCharsMax: 2_000,
  /** Court or office, and its reference. */
  authorityCharsMax: 500,
  /** Kinds of message one query names. */
  kindsMax: 32,
  /** Holds compared with the log in one read. */
  checkedMax: 100_000,
} as const;
