/**
 * What is due and what was disposed of (TP-DISP-1). A row of `record_due` is a record with parts
 * that are kept: when to reckon again, whether it is due, whether a hold stopped it. A row of
 * `disposed_part` stands where a part was, under its id; its certificate says the rest.
 */
export const DISPOSAL_SQL = `
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
CREATE TABLE disposal_run (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'stopped', 'done')),
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
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX disposal_run_open ON disposal_run (state <> 'done') WHERE state <> 'done';
CREATE TABLE disposal_certificate (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  certificate BLOB NOT NULL,
  log_index INTEGER NOT NULL UNIQUE,
  items INTEGER NOT NULL,
  key_id TEXT NOT NULL DEFAULT '',
  signature BLOB
) STRICT;
CREATE INDEX disposal_certificate_run ON disposal_certificate (run, id);
CREATE INDEX disposal_certificate_unsigned ON disposal_certificate (id) WHERE signature IS NULL;
CREATE TABLE disposed_part (
  id INTEGER PRIMARY KEY,
  certificate INTEGER NOT NULL
) STRICT;
`;

/** Items beside their certificate (TP-DISP-9); null where the certificate holds them itself. */
export const DISPOSED_ITEMS_SQL = `
ALTER TABLE disposal_certificate ADD COLUMN kept_items BLOB;
`;
