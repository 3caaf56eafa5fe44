/**
 * Reports of seizures, what arms they are about, and what is signed off (TP-LEDG-3 to TP-LEDG-9).
 * Nothing of it is overwritten: a report is withdrawn, a decision and an establishment are followed
 * by another one, so that the ledger as of an earlier day can be made again.
 */
export const LEDGER_MIGRATION_SQL = `
CREATE TABLE seizure_report (
  position INTEGER PRIMARY KEY,
  report_id TEXT NOT NULL UNIQUE,
  institution TEXT NOT NULL,
  agency TEXT NOT NULL,
  seizure_number TEXT NOT NULL,
  event_id TEXT NOT NULL,
  seized_on TEXT NOT NULL,
  place TEXT NOT NULL,
  recovery TEXT NOT NULL CHECK (recovery IN ('SEIZED', 'FOUND', 'SURRENDERED')),
  justification TEXT NOT NULL,
  actor TEXT NOT NULL,
  entered_at INTEGER NOT NULL,
  withdrawn_by TEXT NOT NULL DEFAULT '',
  withdrawn_at INTEGER,
  withdrawn_why TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX seizure_report_number ON seizure_report (institution, seizure_number)
  WHERE withdrawn_at IS NULL;
CREATE INDEX seizure_report_day ON seizure_report (seized_on);

CREATE TABLE seizure_item (
  position INTEGER PRIMARY KEY,
  report INTEGER NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('ARM', 'PART', 'AMMUNITION')),
  type TEXT NOT NULL,
  marking TEXT NOT NULL,
  made_in_year INTEGER,
  quantity REAL NOT NULL,
  unit TEXT NOT NULL,
  brand_key TEXT,
  look_alike_key TEXT,
  facts TEXT NOT NULL,
  actor TEXT NOT NULL,
  entered_at INTEGER NOT NULL,
  UNIQUE (report, number)
) STRICT;
CREATE INDEX seizure_item_serial ON seizure_item (look_alike_key)
  WHERE look_alike_key IS NOT NULL;

CREATE TABLE seizure_trace (
  item INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (item, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX seizure_trace_case ON seizure_trace (case_id);

CREATE TABLE seizure_origin (
  position INTEGER PRIMARY KEY,
  item INTEGER NOT NULL,
  established INTEGER NOT NULL,
  established_by TEXT NOT NULL CHECK (established_by IN ('TRACE', 'COMPETENT_AUTHORITY')),
  known_on TEXT NOT NULL,
  basis TEXT NOT NULL,
  case_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX seizure_origin_item ON seizure_origin (item, position);

CREATE TABLE seizure_double (
  position INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  second INTEGER NOT NULL,
  found_at INTEGER NOT NULL,
  UNIQUE (first, second)
) STRICT;
CREATE INDEX seizure_double_second ON seizure_double (second);

CREATE TABLE seizure_double_decision (
  position INTEGER PRIMARY KEY,
  double_position INTEGER NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('SAME', 'APART')),
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX seizure_double_decided ON seizure_double_decision (double_position, position);

CREATE TABLE ledger_statement (
  position INTEGER PRIMARY KEY,
  year INTEGER NOT NULL,
  statement TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_statement_year ON ledger_statement (year, position);

CREATE TABLE ledger_vintage (
  position INTEGER PRIMARY KEY,
  year INTEGER NOT NULL,
  body TEXT NOT NULL,
  monitor TEXT NOT NULL,
  status INTEGER NOT NULL,
  vintage INTEGER NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  conversation_id TEXT NOT NULL,
  as_of TEXT NOT NULL,
  ledger BLOB NOT NULL,
  proposed_by TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  fate TEXT NOT NULL DEFAULT '',
  code TEXT NOT NULL DEFAULT '',
  fate_at INTEGER,
  UNIQUE (year, body, status, vintage)
) STRICT;

CREATE TABLE ledger_officer (
  user_id TEXT PRIMARY KEY,
  officer_ref TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;
`;

/** Offences, ways, route and arrests that a report tells, as canonical JSON (TP-LEDG-10). */
export const CIRCUMSTANCES_MIGRATION_SQL = `
ALTER TABLE seizure_report ADD COLUMN circumstances TEXT NOT NULL DEFAULT '';
`;
