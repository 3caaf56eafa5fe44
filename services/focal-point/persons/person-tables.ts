/**
 * Tables of personal data (TP-PERS-4). A block is what the part `persons` of one message held, sent
 * or received; it lies in no other table. Erased, the row stays as a tombstone without its data.
 * The access log is only added to: who did what to a block, when and why, never what is in it.
 */
export const PERSON_MIGRATION_SQL = `
CREATE TABLE person_block (
  block_id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('sent', 'received')),
  peer TEXT NOT NULL,
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  data BLOB,
  persons INTEGER NOT NULL,
  kept_since INTEGER NOT NULL,
  review_at INTEGER NOT NULL,
  erased_at INTEGER,
  erased_by TEXT,
  erased_because TEXT,
  UNIQUE (sender, message_id),
  CHECK ((data IS NULL) = (erased_at IS NOT NULL))
) STRICT;
CREATE INDEX person_block_case ON person_block (case_id);
CREATE INDEX person_block_review ON person_block (review_at, block_id) WHERE data IS NOT NULL;

CREATE TABLE person_access (
  position INTEGER PRIMARY KEY,
  block_id TEXT NOT NULL REFERENCES person_block (block_id),
  at INTEGER NOT NULL,
  act TEXT NOT NULL CHECK (act IN ('kept', 'read', 'reviewed', 'corrected', 'erased')),
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX person_access_block ON person_access (block_id, position);
`;

/** That a letter about personal data was noted is an act of its own (TP-PERS-18). */
export const PERSON_TOLD_MIGRATION_SQL = `
ALTER TABLE person_access RENAME TO person_access_before;
DROP INDEX person_access_block;
CREATE TABLE person_access (
  position INTEGER PRIMARY KEY,
  block_id TEXT NOT NULL REFERENCES person_block (block_id),
  at INTEGER NOT NULL,
  act TEXT NOT NULL CHECK (act IN ('kept', 'read', 'reviewed', 'corrected', 'erased', 'told')),
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
INSERT INTO person_access SELECT position, block_id, at, act, actor, reason
  FROM person_access_before;
DROP TABLE person_access_before;
CREATE INDEX person_access_block ON person_access (block_id, position);
`;
