/**
 * The local copy of alerts (TP-CHECK-4): every message about an alert as it came, and, for those
 * in force alone, what they can be recognised by. A service puts this fragment into its own
 * migrations, so that an alert and its copy commit together.
 */
export const ALERT_COPY_MIGRATION_SQL = `
CREATE TABLE alert_message (
  message_id TEXT NOT NULL PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  move INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  status INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  effective_at INTEGER,
  expires_at INTEGER,
  ended TEXT CHECK (ended IN ('CANCELLED', 'SUPERSEDED', 'EXPIRED', 'MATCHES_NOTHING')),
  ended_at INTEGER,
  noted_at INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX alert_message_of ON alert_message (conversation_id, sender);
CREATE INDEX alert_message_open ON alert_message (expires_at) WHERE ended IS NULL;

CREATE TABLE alert_mark (
  mark_id INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL,
  item INTEGER NOT NULL,
  mark TEXT NOT NULL
) STRICT;
CREATE INDEX alert_mark_of ON alert_mark (message_id);

CREATE TABLE alert_key (
  key TEXT NOT NULL,
  mark_id INTEGER NOT NULL,
  PRIMARY KEY (key, mark_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_key_of ON alert_key (mark_id);

CREATE TABLE alert_copy (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  current_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
INSERT INTO alert_copy VALUES (1, 0, 0);

CREATE TABLE alert_check (
  check_id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  questions INTEGER NOT NULL,
  possible INTEGER NOT NULL,
  digest BLOB NOT NULL,
  asked TEXT NOT NULL,
  found TEXT NOT NULL
) STRICT;
`;

/**
 * What a check tells of an alert, so that none is read whole for it; and keys of the first and last
 * five and seven characters of the numbers that are filed.
 */
export const ALERT_SUMMARY_MIGRATION_SQL = `
CREATE TABLE alert_summary (
  message_id TEXT NOT NULL PRIMARY KEY,
  headline TEXT NOT NULL,
  duty_contact TEXT
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO alert_key
  SELECT 'b=' || substr(k.key, 3, n.value), k.mark_id FROM alert_key k, json_each('[5,7]') n
  WHERE k.key >= 'l=' AND k.key < 'l>' AND instr(k.key, '?') = 0 AND instr(k.key, '*') = 0
    AND length(k.key) - 2 >= n.value;
INSERT OR IGNORE INTO alert_key
  SELECT 'e=' || substr(k.key, -n.value), k.mark_id FROM alert_key k, json_each('[5,7]') n
  WHERE k.key >= 'l=' AND k.key < 'l>' AND instr(k.key, '?') = 0 AND instr(k.key, '*') = 0
    AND length(k.key) - 2 >= n.value;
`;
