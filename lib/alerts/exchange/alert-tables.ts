/**
 * Tables of alerts that are exchanged. An alert is one conversation; each of its messages is a
 * version that is kept as it was signed and never changed (TP-ALERT-31). `current_id` is the
 * version that stands, whatever the clock says; null when the alert was cancelled.
 */
export const ALERT_MIGRATION_SQL = `
CREATE TABLE alert (
  position INTEGER PRIMARY KEY,
  alert_id TEXT NOT NULL UNIQUE,
  side TEXT NOT NULL CHECK (side IN ('sent', 'received', 'submitted', 'asked')),
  originator TEXT NOT NULL,
  agency TEXT NOT NULL DEFAULT '',
  exchange_status INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  headline TEXT NOT NULL,
  current_id TEXT,
  effective_at INTEGER,
  expires_at INTEGER,
  declined INTEGER NOT NULL DEFAULT 0,
  opened_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_updated ON alert (updated_at);
CREATE INDEX alert_side ON alert (side, position);

CREATE TABLE alert_version (
  position INTEGER PRIMARY KEY,
  alert_id TEXT NOT NULL REFERENCES alert (alert_id),
  message_id TEXT NOT NULL UNIQUE,
  sender TEXT NOT NULL,
  move INTEGER NOT NULL,
  body BLOB NOT NULL,
  header_digest BLOB,
  sent_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sent', 'received', 'pending', 'approved', 'declined')),
  reason TEXT NOT NULL DEFAULT '',
  left_as TEXT,
  carrier TEXT NOT NULL DEFAULT '',
  carrier_id TEXT NOT NULL DEFAULT '',
  carrier_digest BLOB,
  actor TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  relay_due INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_versions ON alert_version (alert_id, position);
CREATE INDEX alert_version_relay ON alert_version (position) WHERE relay_due = 1;

CREATE TABLE alert_relay (
  message_id TEXT NOT NULL REFERENCES alert_version (message_id),
  agency TEXT NOT NULL,
  relay_id TEXT NOT NULL UNIQUE,
  relayed_at INTEGER NOT NULL,
  PRIMARY KEY (message_id, agency)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_relay_place (
  agency TEXT PRIMARY KEY,
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_ack (
  alert_id TEXT NOT NULL REFERENCES alert (alert_id),
  participant TEXT NOT NULL,
  unit TEXT NOT NULL,
  level INTEGER NOT NULL,
  version_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (alert_id, participant, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_hit (
  position INTEGER PRIMARY KEY,
  alert_id TEXT NOT NULL REFERENCES alert (alert_id),
  hit_id TEXT NOT NULL,
  reporter TEXT NOT NULL,
  found_by TEXT NOT NULL,
  version_id TEXT NOT NULL,
  body BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reported', 'retracted')),
  reason TEXT NOT NULL DEFAULT '',
  reported_at INTEGER NOT NULL,
  retracted_at INTEGER,
  pass_due INTEGER NOT NULL DEFAULT 0,
  retraction_due INTEGER NOT NULL DEFAULT 0,
  UNIQUE (alert_id, hit_id)
) STRICT;
CREATE INDEX alert_hit_pass ON alert_hit (position) WHERE pass_due = 1 OR retraction_due = 1;
`;

/** Indexes of what is counted: what stands, waits for approval, or was found. */
export const ALERT_COUNT_MIGRATION_SQL = `
CREATE INDEX alert_standing ON alert (exchange_status, side, expires_at, alert_id)
  WHERE current_id IS NOT NULL;
CREATE INDEX alert_version_pending ON alert_version (alert_id) WHERE state = 'pending';
CREATE INDEX alert_hit_reported ON alert_hit (alert_id) WHERE state = 'reported';
`;
