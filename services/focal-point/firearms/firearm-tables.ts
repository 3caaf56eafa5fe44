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

/**
 * Keys in tables of their own, in which they are put in order ({@link orderKeys}); an index would
 * take each where it comes. Rows have a place of their own, because keys point at it. What was
 * imported by the importer of before is told among the imports of files.
 */
export const KEY_MIGRATION_SQL = `
ALTER TABLE firearm RENAME TO firearm_before;
CREATE TABLE firearm (
  position INTEGER PRIMARY KEY,${COLUMNS},
  maker TEXT,
  licensee TEXT,
  type TEXT,
  country TEXT,
  year INTEGER,
  import_country TEXT,
  import_year INTEGER,
  record_holder TEXT,
  look_alike TEXT NOT NULL,
  UNIQUE (id)
) STRICT;
INSERT INTO firearm (id, make, make_key, serial_raw, serial_key, model, calibre, status, holder,
    exported_to, event_date, restriction, made_up, source_note, maker, licensee, type, country, year,
    import_country, import_year, record_holder, look_alike)
  SELECT id, make, make_key, serial_raw, serial_key, model, calibre, status, holder,
    exported_to, event_date, restriction, made_up, source_note, maker, licensee, type, country, year,
    import_country, import_year, record_holder, look_alike
  FROM firearm_before ORDER BY rowid;
DROP TABLE firearm_before;
CREATE INDEX firearm_by_make ON firearm (make_key);

CREATE TABLE firearm_look_alike (
  key TEXT NOT NULL,
  firearm INTEGER NOT NULL,
  PRIMARY KEY (key, firearm)
) STRICT, WITHOUT ROWID;
CREATE TABLE firearm_tail (
  key TEXT NOT NULL,
  firearm INTEGER NOT NULL,
  PRIMARY KEY (key, firearm)
) STRICT, WITHOUT ROWID;
ALTER TABLE firearm_keyed ADD COLUMN ordered_through INTEGER NOT NULL DEFAULT 0;

INSERT INTO register_upload (upload_id, name, format, partial, state, inserted, updated, unchanged,
    started_at, ended_at, actor)
  SELECT printf('up_%012d', import_id), 'firearms/import', 'jsonl', 0, 'DONE', inserted, updated,
    unchanged, started_at, started_at, actor
  FROM firearm_import WHERE state = 'done';
DROP TABLE firearm_staged_line;
DROP TABLE firearm_import;
`;
