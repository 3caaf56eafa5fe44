/**
 * Tables of trace cases. A case is one conversation with one other State, seen from here. What was
 * asked and answered is kept as the encoded message; columns beside it are what lists are made of.
 * Counts are kept by triggers, so that a summary costs the same however many cases there are.
 */
export const CASE_MIGRATION_SQL = `
CREATE TABLE trace_case (
  position INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('requesting', 'requested')),
  peer TEXT NOT NULL,
  state TEXT NOT NULL,
  national_case_number TEXT NOT NULL,
  request BLOB NOT NULL,
  request_message_id TEXT NOT NULL,
  request_digest BLOB,
  request_header BLOB,
  reply BLOB,
  reply_message_id TEXT,
  outcome TEXT,
  refusal_code TEXT,
  refusal_field TEXT,
  awaiting_answer INTEGER NOT NULL DEFAULT 0,
  opened_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX trace_case_awaiting ON trace_case (position) WHERE awaiting_answer = 1;

CREATE TABLE trace_case_event (
  position INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  state TEXT NOT NULL,
  message_id TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX trace_case_events ON trace_case_event (case_id, position);

CREATE TABLE trace_idempotency (
  key TEXT PRIMARY KEY,
  body_digest BLOB NOT NULL,
  case_id TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE trace_effect (
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  applied INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  PRIMARY KEY (sender, message_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE trace_count (
  what TEXT NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (what, name)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER trace_case_opened AFTER INSERT ON trace_case BEGIN
  INSERT INTO trace_count VALUES (NEW.role, NEW.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER trace_case_moved AFTER UPDATE OF state ON trace_case
  WHEN OLD.state <> NEW.state BEGIN
  UPDATE trace_count SET count = count - 1 WHERE what = OLD.role AND name = OLD.state;
  INSERT INTO trace_count VALUES (NEW.role, NEW.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER trace_case_concluded AFTER UPDATE OF outcome ON trace_case
  WHEN NEW.outcome IS NOT NULL AND OLD.outcome IS NULL BEGIN
  INSERT INTO trace_count VALUES ('outcome ' || NEW.role, NEW.outcome, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER trace_effect_first AFTER INSERT ON trace_effect BEGIN
  INSERT INTO trace_count VALUES ('effect', 'messages', 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER trace_effect_again AFTER UPDATE OF applied ON trace_effect BEGIN
  INSERT INTO trace_count VALUES ('effect', 'duplicates', 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
`;

/** Who did it (TP-API-8); empty for what was written before it was asked. */
export const CASE_ACTOR_MIGRATION_SQL = `
ALTER TABLE trace_case_event ADD COLUMN actor TEXT NOT NULL DEFAULT '';
`;
