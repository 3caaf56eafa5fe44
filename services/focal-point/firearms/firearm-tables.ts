const COLUMNS = `
  id TEXT NOT NULL,
  make TEXT NOT NULL,
  make_key TEXT NOT NULL,
  serial_raw TEXT NOT NULL,
  serial_key TEXT NOT NULL,
  model TEXT,
  calibre TEXT,
  status TEXT NOT NULL,
  holder TEXT,
  exported_to TEXT,
  event_date TEXT,
  restriction TEXT,
  made_up INTEGER NOT NULL,
  source_note TEXT NOT NULL`;

/**
 * The firearm register. What is marked on a firearm stands there as it is; the keys beside it are
 * its normal forms, and looking up goes by them alone. Imported lines wait in a table of their own
 * until the whole import is known to be good.
 */
export const FIREARM_MIGRATION_SQL = `
CREATE TABLE firearm (${COLUMNS},
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX firearm_by_make ON firearm (make_key, serial_key);
CREATE INDEX firearm_by_serial ON firearm (serial_key);

CREATE TABLE firearm_import (
  import_id INTEGER PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('staging', 'committing', 'done')),
  started_at INTEGER NOT NULL,
  inserted INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE firearm_staged (
  import_id INTEGER NOT NULL,
  line INTEGER NOT NULL,${COLUMNS},
  PRIMARY KEY (import_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE firearm_total (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  records INTEGER NOT NULL
) STRICT;
INSERT INTO firearm_total VALUES (1, 0);
CREATE TRIGGER firearm_added AFTER INSERT ON firearm BEGIN
  UPDATE firearm_total SET records = records + 1;
END;
`;

/** Who imported; empty for what was imported before it was asked. */
export const IMPORT_ACTOR_MIGRATION_SQL = `
ALTER TABLE firearm_import ADD COLUMN actor TEXT NOT NULL DEFAULT '';
`;

/**
 * What a register is searched by, and what happened to each firearm. Keys of rows that are there
 * already are made when the service starts ({@link rekeyFirearms}): they are no work for SQL.
 */
export const REGISTER_MIGRATION_SQL = `
ALTER TABLE firearm ADD COLUMN maker TEXT;
ALTER TABLE firearm ADD COLUMN licensee TEXT;
ALTER TABLE firearm ADD COLUMN type TEXT;
ALTER TABLE firearm ADD COLUMN country TEXT;
ALTER TABLE firearm ADD COLUMN year INTEGER;
ALTER TABLE firearm ADD COLUMN import_country TEXT;
ALTER TABLE firearm ADD COLUMN import_year INTEGER;
ALTER TABLE firearm ADD COLUMN record_holder TEXT;
ALTER TABLE firearm ADD COLUMN look_alike TEXT NOT NULL DEFAULT '';
ALTER TABLE firearm ADD COLUMN tail TEXT NOT NULL DEFAULT '';
DROP INDEX firearm_by_serial;
CREATE INDEX firearm_by_look_alike ON firearm (look_alike);
CREATE INDEX firearm_by_tail ON firearm (tail);

CREATE TABLE firearm_glyph (glyph TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE firearm_keyed (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  version INTEGER NOT NULL,
  through INTEGER NOT NULL
) STRICT;
INSERT INTO firearm_keyed VALUES (1, 0, 0);

CREATE TABLE firearm_event (
  firearm_id TEXT NOT NULL,
  event_key TEXT NOT NULL,
  event_id TEXT,
  kind TEXT NOT NULL,
  date TEXT,
  from_party TEXT,
  from_state TEXT,
  to_party TEXT,
  to_state TEXT,
  authorization_ref TEXT,
  holder_kind TEXT,
  evidence TEXT,
  PRIMARY KEY (firearm_id, event_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE firearm_staged_line (
  import_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  id TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (import_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO firearm_staged_line SELECT import_id, line, id, json_patch('{}', json_object(
  'id', id, 'make', make, 'serialRaw', serial_raw, 'serialNormalized', serial_key, 'model', model,
  'calibre', calibre, 'status', status, 'holder', holder, 'exportedTo', exported_to,
  'eventDate', event_date, 'restriction', restriction,
  'madeUp', json(CASE made_up WHEN 1 THEN 'true' ELSE 'false' END), 'sourceNote', source_note))
  FROM firearm_staged;
DROP TABLE firearm_staged;
`;
