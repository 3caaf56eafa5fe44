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
