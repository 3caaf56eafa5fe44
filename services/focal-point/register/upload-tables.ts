/**
 * Imports of a register: how far each has been read, what became of it, and every line that was not
 * taken. `register_seen` holds the ids of a file while it is read, so that memory stays flat.
 */
export const UPLOAD_MIGRATION_SQL = `
CREATE TABLE register_upload (
  position INTEGER PRIMARY KEY,
  upload_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('csv', 'jsonl')),
  partial INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('RECEIVING', 'CHECKING', 'IMPORTING', 'DONE', 'REFUSED', 'CANCELLED')),
  total_bytes INTEGER,
  header TEXT,
  read_offset INTEGER NOT NULL DEFAULT 0,
  read_line INTEGER NOT NULL DEFAULT 0,
  records INTEGER NOT NULL DEFAULT 0,
  bad_lines INTEGER NOT NULL DEFAULT 0,
  inserted INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  actor TEXT NOT NULL
) STRICT;
CREATE INDEX register_upload_open ON register_upload (position)
  WHERE state IN ('RECEIVING', 'CHECKING', 'IMPORTING');

CREATE TABLE register_reject (
  upload INTEGER NOT NULL,
  line INTEGER NOT NULL,
  number INTEGER NOT NULL,
  field TEXT NOT NULL,
  rule TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (upload, line, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE register_seen (
  upload INTEGER NOT NULL,
  id TEXT NOT NULL,
  line INTEGER NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (upload, id)
) STRICT, WITHOUT ROWID;
`;
