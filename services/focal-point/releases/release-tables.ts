/**
 * What waits for a second person, deputies, and the State's policy (TP-ANS-1 to TP-ANS-7). `args`
 * are the arguments of the procedure that sends it, as they were; they go once it is sent.
 */
export const RELEASE_MIGRATION_SQL = `
CREATE TABLE release (
  position INTEGER PRIMARY KEY,
  release_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN
    ('PENDING', 'RELEASED', 'RETURNED', 'REVIEW_DUE', 'REVIEWED')),
  action TEXT NOT NULL,
  case_id TEXT NOT NULL,
  peer TEXT NOT NULL,
  priority TEXT NOT NULL,
  reasons TEXT NOT NULL,
  args BLOB,
  message_id TEXT NOT NULL DEFAULT '',
  prepared_by TEXT NOT NULL,
  prepared_at INTEGER NOT NULL,
  decided_by TEXT NOT NULL DEFAULT '',
  decided_at INTEGER,
  note TEXT NOT NULL DEFAULT '',
  is_deputy INTEGER NOT NULL DEFAULT 0,
  alone_reason TEXT NOT NULL DEFAULT '',
  review_due_at INTEGER,
  verdict TEXT NOT NULL DEFAULT '',
  overdue_told INTEGER NOT NULL DEFAULT 0,
  repeat_key TEXT NOT NULL DEFAULT '',
  repeat_digest BLOB
) STRICT;
CREATE INDEX release_state ON release (state, position);
CREATE INDEX release_case ON release (case_id, position);
CREATE INDEX release_review ON release (review_due_at) WHERE state = 'REVIEW_DUE';
CREATE INDEX release_returned ON release (decided_at) WHERE state = 'RETURNED' AND args IS NOT NULL;
CREATE INDEX release_repeat ON release (repeat_key) WHERE repeat_key <> '';
CREATE UNIQUE INDEX release_waiting ON release (action, case_id) WHERE state = 'PENDING';

ALTER TABLE trace_case ADD COLUMN for_officer INTEGER NOT NULL DEFAULT 0;
CREATE INDEX trace_case_automatic ON trace_case (position)
  WHERE awaiting_answer = 1 AND for_officer = 0;

CREATE TABLE release_deputy (
  deputy_id INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_until INTEGER NOT NULL,
  reason TEXT NOT NULL,
  named_by TEXT NOT NULL,
  named_at INTEGER NOT NULL,
  ended_by TEXT NOT NULL DEFAULT '',
  ended_at INTEGER
) STRICT;
CREATE INDEX release_deputy_user ON release_deputy (user_id, valid_until);

CREATE TABLE release_policy (
  version INTEGER PRIMARY KEY,
  policy TEXT NOT NULL,
  actor TEXT NOT NULL,
  confirmed_by TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
`;
