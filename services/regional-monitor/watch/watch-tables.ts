/**
 * Tables of what is watched (TP-WATCH-6, TP-WATCH-7). Days are counted since 1970 in UTC. A mail
 * tells one address the notices after `after` up to `upto` that are still there; an address has one
 * mail at most that waits.
 */
export const WATCH_MIGRATION_SQL = `
CREATE TABLE watch_progress (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  started_on INTEGER NOT NULL,
  looked_on INTEGER,
  heard_on INTEGER NOT NULL,
  feed_number INTEGER NOT NULL,
  looked_at INTEGER NOT NULL
) STRICT;

CREATE TABLE watch_named (
  state TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE watch_heard (
  state TEXT PRIMARY KEY,
  day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE watch_standing (
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  rule TEXT NOT NULL,
  about TEXT NOT NULL,
  value INTEGER,
  threshold INTEGER,
  unit TEXT NOT NULL,
  since INTEGER NOT NULL,
  detail TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  told_at INTEGER NOT NULL,
  PRIMARY KEY (name, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE watch_notice (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  rule TEXT NOT NULL,
  about TEXT NOT NULL,
  value INTEGER,
  threshold INTEGER,
  unit TEXT NOT NULL,
  since INTEGER NOT NULL,
  detail TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL
) STRICT;
CREATE INDEX watch_notice_subject ON watch_notice (about, subject);

CREATE TABLE watch_address (
  address TEXT PRIMARY KEY,
  told_to INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE watch_mail (
  mail INTEGER PRIMARY KEY,
  address TEXT NOT NULL,
  after INTEGER NOT NULL,
  upto INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  failure TEXT NOT NULL,
  detail TEXT NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX watch_mail_waiting ON watch_mail (address) WHERE state = 'WAITING';
`;

/**
 * What is watched from releases (TP-WATCH-13): of each State that a release has a row of, the
 * newest day on which it has a record and the newest day that was told of; 0: none.
 */
export const WATCH_RELEASED_MIGRATION_SQL = `
CREATE TABLE watch_released (
  state TEXT PRIMARY KEY,
  day INTEGER NOT NULL,
  known_on INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE watch_progress ADD COLUMN released_on INTEGER;
ALTER TABLE watch_progress ADD COLUMN released_number INTEGER NOT NULL DEFAULT 0;
`;
