/**
 * Clocks of cases (TP-CLOCK-4). A clock is derived: whatever moves a case marks it as unsettled in
 * the same transaction, and a pump reckons it; so nobody who moves cases has to know of clocks.
 * Times are milliseconds since 1970.
 */
export const CLOCK_MIGRATION_SQL = `
ALTER TABLE trace_case ADD COLUMN acknowledge_by INTEGER;
ALTER TABLE trace_case ADD COLUMN answer_by INTEGER;

CREATE TABLE trace_clock (
  position INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  peer TEXT NOT NULL,
  settled INTEGER NOT NULL DEFAULT 0,
  phase TEXT NOT NULL DEFAULT 'NONE',
  priority TEXT NOT NULL DEFAULT '',
  started_at INTEGER,
  ended_at INTEGER,
  taken_ms INTEGER,
  stopped_ms INTEGER NOT NULL DEFAULT 0,
  acknowledge_by INTEGER,
  answer_by INTEGER,
  next_due_at INTEGER,
  reminders INTEGER NOT NULL DEFAULT 0,
  next_reminder_at INTEGER
) STRICT;
CREATE INDEX trace_clock_unsettled ON trace_clock (position) WHERE settled = 0;
CREATE INDEX trace_clock_due ON trace_clock (next_due_at, position) WHERE next_due_at IS NOT NULL;
CREATE INDEX trace_clock_reminder ON trace_clock (next_reminder_at)
  WHERE next_reminder_at IS NOT NULL;
CREATE INDEX trace_clock_age ON trace_clock (role, peer, started_at)
  WHERE phase IN ('RUNNING', 'STOPPED');
CREATE INDEX trace_clock_answered ON trace_clock (role, peer, ended_at)
  WHERE taken_ms IS NOT NULL;

INSERT INTO trace_clock (position, case_id, role, peer)
  SELECT position, case_id, role, peer FROM trace_case;
CREATE TRIGGER trace_clock_opened AFTER INSERT ON trace_case BEGIN
  INSERT INTO trace_clock (position, case_id, role, peer)
    VALUES (NEW.position, NEW.case_id, NEW.role, NEW.peer);
END;
CREATE TRIGGER trace_clock_moved AFTER UPDATE OF state ON trace_case BEGIN
  UPDATE trace_clock SET settled = 0 WHERE case_id = NEW.case_id;
END;

CREATE TABLE clock_calendar (
  state TEXT PRIMARY KEY,
  calendar TEXT NOT NULL,
  actor TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE clock_target (
  requesting TEXT NOT NULL,
  requested TEXT NOT NULL,
  priority TEXT NOT NULL,
  targets TEXT NOT NULL,
  actor TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (requesting, requested, priority)
) STRICT, WITHOUT ROWID;
`;

/** The overdue cases with one State, on one side, in the order in which they are listed. */
export const CLOCK_PEER_MIGRATION_SQL = `
CREATE INDEX trace_clock_peer_due ON trace_clock (role, peer, next_due_at, position)
  WHERE next_due_at IS NOT NULL;
`;
