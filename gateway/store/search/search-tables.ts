/**
 * What records are found by (TP-FIND-1): narrow rows beside the records, written with them. The id
 * of a record is its place in the log plus one, so it grows with the time of recording, and every
 * list of ids below is in the order of time.
 */
export const SEARCH_SQL = `
CREATE TABLE record_term (
  term INTEGER NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (term, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE record_message (
  message BLOB NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (message, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE record_conversation (
  conversation BLOB NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (conversation, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE record_party (
  number INTEGER PRIMARY KEY,
  participant TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE record_time (
  recorded_at INTEGER PRIMARY KEY,
  first_id INTEGER NOT NULL
) STRICT;
CREATE TABLE record_fill (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  below INTEGER NOT NULL
) STRICT;
INSERT INTO record_fill SELECT 1, coalesce(max(id) + 1, 0) FROM messages;
ALTER TABLE conversation ADD COLUMN state INTEGER NOT NULL DEFAULT 0;
CREATE INDEX conversation_states ON conversation (state, id);
`;

/** Terms that stand for a value of a closed list; a party's is {@link PARTY_TERM} + its number. */
export const TERM = {
  kind: 0x1_00,
  tlp: 0x2_00,
  use: 0x3_00,
  /** Plus 0: refused with whatever code. */
  refused: 0x4_00,
  /** Plus the months from 1970 to its due date (TP-FIND-9). */
  due: 0x8_00,
} as const;

/** Where the terms of parties begin. */
export const PARTY_TERM = 0x1_00_00;

/** Records of agencies are found under their State too; those noted before, from now on. */
export const STATE_TERM_SQL = `
INSERT INTO record_party (participant)
  SELECT DISTINCT substr(participant, 1, 2) FROM record_party WHERE participant LIKE '__-%'
  ON CONFLICT DO NOTHING;
INSERT INTO record_term
  SELECT DISTINCT ${PARTY_TERM} + s.number, t.id
  FROM record_party a JOIN record_party s ON s.participant = substr(a.participant, 1, 2)
  JOIN record_term t ON t.term = ${PARTY_TERM} + a.number
  WHERE a.participant LIKE '__-%'
  ON CONFLICT DO NOTHING;
`;
