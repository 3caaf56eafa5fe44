/**
 * Tables of disposal and of legal holds, for the store of whoever keeps records: the gateway, where
 * acts and certificates are entries of the log, and participants, where no log is kept.
 */

/** When each record is to be reckoned again, whether it is due, whether a hold stopped it. */
export const DUE_SQL = `
CREATE TABLE record_due (
  id INTEGER PRIMARY KEY,
  look_at INTEGER,
  is_due INTEGER NOT NULL,
  is_held INTEGER NOT NULL
) STRICT;
CREATE INDEX record_due_look ON record_due (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX record_due_now ON record_due (id) WHERE is_due = 1;
CREATE INDEX record_due_held ON record_due (id) WHERE is_held = 1;
CREATE TABLE disposal_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  looked_to INTEGER NOT NULL,
  schedule_version INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT;
INSERT INTO disposal_state VALUES (1, 0, 0, 0);
`;

/** Runs of disposal, of which one at most is open. */
export const RUN_SQL = `
CREATE TABLE disposal_run (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'stopped', 'declined', 'done')),
  why TEXT NOT NULL,
  authority TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  due INTEGER NOT NULL,
  confirmed_by TEXT NOT NULL DEFAULT '',
  confirmed_at INTEGER,
  records INTEGER NOT NULL DEFAULT 0,
  parts INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  declined_by TEXT NOT NULL DEFAULT '',
  declined_because TEXT NOT NULL DEFAULT '',
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX disposal_run_open ON disposal_run
  ((state IN ('waiting', 'running', 'stopped')))
  WHERE state IN ('waiting', 'running', 'stopped');
CREATE INDEX disposal_run_work ON disposal_run (id)
  WHERE state = 'running' OR (state = 'declined' AND ended_at IS NULL);
`;

/** Certificates, of which each is an entry of the log where there is one. */
export function certificateSql(logIndex: "INTEGER NOT NULL UNIQUE" | "INTEGER"): string {
  return `
CREATE TABLE disposal_certificate (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  certificate BLOB NOT NULL,
  log_index ${logIndex},
  items INTEGER NOT NULL,
  key_id TEXT NOT NULL DEFAULT '',
  signature BLOB
) STRICT;
CREATE INDEX disposal_certificate_run ON disposal_certificate (run, id);
CREATE INDEX disposal_certificate_unsigned ON disposal_certificate (id) WHERE signature IS NULL;
`;
}

/** Items beside their certificate (TP-DISP-9); null where the certificate holds them itself. */
export const DISPOSED_ITEMS_SQL = `
ALTER TABLE disposal_certificate ADD COLUMN kept_items BLOB;
`;

/**
 * Legal holds (TP-HOLD-1). `hold_act` keeps what people have done, byte for byte as a log has a
 * digest of it; `hold` and `hold_message` are what follows from it, laid out for look-up.
 */
export function holdSql(logIndex: "INTEGER NOT NULL UNIQUE" | "INTEGER"): string {
  return `
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
  log_index ${logIndex}
) STRICT;
CREATE INDEX hold_acts ON hold_act (hold, id);
`;
}

/**
 * What persons did with records (TP-AUDIT-1). Numbers are never given twice, so that a row taken
 * out leaves a hole.
 */
export const ACT_SQL = `
CREATE TABLE record_act (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX record_act_actor ON record_act (actor, id);
CREATE INDEX record_act_action ON record_act (action, id);
`;
