import { certificateSql, DUE_SQL, RUN_SQL } from "#disposal";

/**
 * What is due and what was disposed of (TP-DISP-1). A row of `record_due` is a record with parts
 * that are kept. A row of `disposed_part` stands where a part was, under its id; its certificate
 * says the rest.
 */
export const DISPOSAL_SQL = `${DUE_SQL}
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
CREATE UNIQUE INDEX disposal_run_open ON disposal_run ((state <> 'done')) WHERE state <> 'done';
${certificateSql("INTEGER NOT NULL UNIQUE")}
CREATE TABLE disposed_part (
  id INTEGER PRIMARY KEY,
  certificate INTEGER NOT NULL
) STRICT;
`;

/** A run may be declined (TP-DISP-10). */
export const RUN_DECLINED_SQL = `
ALTER TABLE disposal_run RENAME TO disposal_run_before;
DROP INDEX disposal_run_open;
${RUN_SQL}
INSERT INTO disposal_run (id, state, why, authority, asked_by, asked_at, due, confirmed_by,
    confirmed_at, records, parts, bytes, held, ended_at)
  SELECT id, state, why, authority, asked_by, asked_at, due, confirmed_by, confirmed_at, records,
    parts, bytes, held, ended_at FROM disposal_run_before;
DROP TABLE disposal_run_before;
`;

/** What certificates of a run name is counted without reading them. */
export const CERTIFICATE_INDEX_SQL = `
DROP INDEX disposal_certificate_run;
CREATE INDEX disposal_certificate_run ON disposal_certificate (run, id, items);
`;

/**
 * When each record is due as far as is known (TP-FIND-9): `due_at` of its parts that are kept, the
 * earliest; null where none has a date. `as_of` is the newest record that was there when it was
 * reckoned. Rows below `again_below` are to be reckoned once more, the newest of them first.
 */
export const DUE_DATE_SQL = `
ALTER TABLE record_due ADD COLUMN due_at INTEGER;
ALTER TABLE record_due ADD COLUMN as_of INTEGER NOT NULL DEFAULT 0;
ALTER TABLE disposal_state ADD COLUMN again_below INTEGER NOT NULL DEFAULT 0;
UPDATE disposal_state SET again_below = (SELECT coalesce(max(id) + 1, 0) FROM record_due);
`;
