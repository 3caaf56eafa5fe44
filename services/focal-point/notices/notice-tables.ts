/**
 * Tables of notices (TP-PERS-10 to TP-PERS-16). A notice is known by its message; what it came to
 * stands beside it. A grant is leave of an originator, given or received; an onward copy says which
 * of our messages passed on what another State had sent us, so that a notice can follow it.
 */
export const NOTICE_MIGRATION_SQL = `
CREATE TABLE notice (
  position INTEGER PRIMARY KEY,
  notice_id TEXT NOT NULL UNIQUE,
  direction TEXT NOT NULL CHECK (direction IN ('sent', 'received')),
  peer TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN
    ('CORRECTION', 'ERASURE', 'PRIOR_DISCLOSURE', 'ONWARD_RELEASE_REQUEST')),
  case_id TEXT NOT NULL,
  about_sender TEXT NOT NULL,
  about_message_id TEXT NOT NULL,
  about_part TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('OPEN', 'WAITING', 'DONE', 'NOT_DONE', 'GRANTED', 'REFUSED', 'NOT_TAKEN')),
  notice BLOB NOT NULL,
  answer BLOB,
  answer_id TEXT,
  code TEXT,
  actor TEXT NOT NULL,
  noted_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_case ON notice (case_id);
CREATE INDEX notice_about ON notice (about_sender, about_message_id);
CREATE INDEX notice_open ON notice (position) WHERE state IN ('OPEN', 'WAITING');

CREATE TABLE release_grant (
  about_sender TEXT NOT NULL,
  about_message_id TEXT NOT NULL,
  release_to TEXT NOT NULL,
  request_id TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  PRIMARY KEY (about_sender, about_message_id, release_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE onward_copy (
  about_sender TEXT NOT NULL,
  about_message_id TEXT NOT NULL,
  onward_message_id TEXT NOT NULL,
  PRIMARY KEY (about_sender, about_message_id, onward_message_id)
) STRICT, WITHOUT ROWID;
`;

/**
 * Which notice another one passes on, and how many further on have not done yet what it asks
 * (TP-PERS-13). Of notices that are passed on several may wait for a second person in one case.
 */
export const NOTICE_ONWARD_MIGRATION_SQL = `
ALTER TABLE notice ADD COLUMN cause_id TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN outstanding INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notice_cause ON notice (cause_id, about_message_id) WHERE cause_id <> '';

DROP INDEX release_waiting;
CREATE UNIQUE INDEX release_waiting ON release (action, case_id)
  WHERE state = 'PENDING' AND action <> 'passed-on notice';
CREATE INDEX release_pending ON release (action, case_id) WHERE state = 'PENDING';
`;

/**
 * That States off the exchange were told of a notice by letter, and what they answered
 * (TP-PERS-18). Nothing of it is ever changed or removed.
 */
export const NOTICE_LETTER_MIGRATION_SQL = `
CREATE TABLE notice_letter (
  position INTEGER PRIMARY KEY,
  notice_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  channel TEXT NOT NULL,
  reference TEXT NOT NULL,
  on_date TEXT NOT NULL,
  answer TEXT CHECK (answer IN ('DONE', 'NOT_DONE')),
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_letters ON notice_letter (notice_id, position);
`;
