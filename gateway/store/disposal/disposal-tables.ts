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
CREATE UNIQUE INDEX disposal_run_open ON disposal_run (state <> 'done') WHERE state <> 'done';
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
