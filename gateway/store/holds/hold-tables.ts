/**
 * Legal holds (TP-HOLD-1). `hold_act` keeps what people have done, byte for byte as the log has a
 * digest of it; `hold` and `hold_message` are what follows from it, laid out for look-up.
 */
export const HOLD_SQL = `
CREATE TABLE hold (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL
    CHECK (state IN ('asked', 'confirmed', 'release-asked', 'released', 'declined')),
  covers INTEGER NOT NULL,
  scope BLOB NOT NULL,
  conversation_id TEXT,
  party TEXT,
  is_query INTEGER NOT NULL,
  reason TEXT NOT NULL,
  authority TEXT NOT NULL,
  review_at INTEGER,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  waiting_for TEXT
) STRICT;
CREATE INDEX hold_conversation ON hold (conversation_id)
  WHERE covers = 1 AND conversation_id IS NOT NULL;
CREATE INDEX hold_party ON hold (party) WHERE covers = 1 AND party IS NOT NULL;
CREATE INDEX hold_query ON hold (id) WHERE covers = 1 AND is_query = 1;
CREATE INDEX hold_covering ON hold (id) WHERE covers = 1;
CREATE INDEX hold_state ON hold (state, id);
CREATE TABLE hold_message (
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  hold INTEGER NOT NULL,
  PRIMARY KEY (sender, message_id, hold)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_messages ON hold_message (hold);
CREATE TABLE hold_act (
  id INTEGER PRIMARY KEY,
  hold INTEGER NOT NULL,
  act BLOB NOT NULL,
  log_index INTEGER NOT NULL UNIQUE
) STRICT;
CREATE INDEX hold_acts ON hold_act (hold, id);
`;
