/**
 * Conversations as their headers tell them (TP-CONV-1). A row of `conversation` is one trace
 * request or one sender's part in an alert, and has the id of the message that opened it; a row of
 * `conversation_move` is a later message of a trace, under its own id.
 */
export const CONVERSATION_SQL = `
CREATE TABLE conversation (
  id INTEGER PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  opener TEXT NOT NULL,
  other TEXT NOT NULL,
  message_id TEXT NOT NULL,
  header_digest BLOB NOT NULL,
  handling BLOB NOT NULL,
  sent_at INTEGER NOT NULL,
  standing INTEGER NOT NULL
) STRICT;
CREATE INDEX conversation_by_name ON conversation (conversation_id);
CREATE TABLE conversation_move (
  id INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  side TEXT NOT NULL,
  move INTEGER NOT NULL,
  outcome_class INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  receipted_at INTEGER,
  taken_back INTEGER NOT NULL
) STRICT;
CREATE INDEX conversation_moves ON conversation_move (conversation) WHERE taken_back = 0;
`;

/** Where a row of `conversation` stands. */
export const STANDING = {
  /** The message is accepted. */
  open: 0,
  /** Its delivery expired: it may be asked anew, and still be answered. */
  lapsed: 1,
  /** Its recipient rejected it: as if it had never been. */
  takenBack: 2,
  /** An alert that its sender cancelled. */
  cancelled: 3,
} as const;
