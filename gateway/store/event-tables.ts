/**
 * Operator events (TP-OPS-11 to TP-OPS-15). One row stands for a kind, participant and subject
 * while it is open; an acknowledged one is history. `operator_source` keeps how far each report
 * was counted, `operator_event_total` what was ever counted.
 */
export const EVENT_SQL = `
CREATE TABLE operator_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  participant TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  acknowledged_at INTEGER,
  acknowledged_by TEXT,
  note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX operator_event_open ON operator_event (kind, participant, subject)
  WHERE acknowledged_at IS NULL;
CREATE INDEX operator_event_closed ON operator_event (acknowledged_at, id)
  WHERE acknowledged_at IS NOT NULL;
CREATE TABLE operator_event_total (
  kind TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;
CREATE TABLE operator_source (
  source TEXT PRIMARY KEY,
  place INTEGER NOT NULL,
  reported_at INTEGER NOT NULL
) STRICT;
`;

/**
 * Which event an item was counted in, and how often, so that what turns out to be no forgery is
 * taken out of the alarm (TP-OPS-22).
 */
export const EVENT_SETTLING_SQL = `
ALTER TABLE operator_event ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quarantine ADD COLUMN event_id INTEGER;
ALTER TABLE quarantine ADD COLUMN event_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quarantine ADD COLUMN settled_index INTEGER;
`;
