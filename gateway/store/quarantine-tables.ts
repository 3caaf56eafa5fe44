/**
 * What is kept of messages nobody was proven to have sent, and what a person decided about them
 * (TP-OPS-1, TP-OPS-8). Ids are never given twice, so that one in a list cannot come to mean
 * another item. Usage is kept by triggers: bounding an item costs no count.
 */
export const QUARANTINE_SQL = `
DROP TABLE quarantine;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  participant TEXT NOT NULL,
  digest BLOB NOT NULL,
  size_bytes INTEGER NOT NULL,
  subject TEXT NOT NULL,
  lane INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  header_digest BLOB NOT NULL,
  header BLOB NOT NULL,
  code INTEGER NOT NULL,
  field TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'released', 'rejected', 'settled')),
  binds INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  tree_size INTEGER NOT NULL,
  receipt_id TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  register_version INTEGER NOT NULL,
  unsaid INTEGER NOT NULL DEFAULT 0,
  UNIQUE (participant, digest)
) STRICT;
CREATE INDEX quarantine_headers ON quarantine (participant, header_digest)
  WHERE message_id <> '';
CREATE INDEX quarantine_binding ON quarantine (id) WHERE binds = 1;
CREATE INDEX quarantine_newest ON quarantine (state, id);
CREATE INDEX quarantine_states ON quarantine (participant, state, id);
CREATE INDEX quarantine_unsaid ON quarantine (id) WHERE unsaid = 1;
CREATE TABLE quarantine_decision (
  id INTEGER PRIMARY KEY,
  item INTEGER NOT NULL,
  participant TEXT NOT NULL,
  digest BLOB NOT NULL,
  code INTEGER NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('released', 'rejected')),
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  log_index INTEGER NOT NULL
) STRICT;
CREATE INDEX quarantine_decision_items ON quarantine_decision (item, id);
CREATE TABLE quarantine_usage (
  participant TEXT PRIMARY KEY,
  items INTEGER NOT NULL,
  held INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  allowance REAL,
  allowance_at INTEGER
) STRICT;
CREATE TRIGGER quarantine_kept AFTER INSERT ON quarantine BEGIN
  INSERT INTO quarantine_usage (participant, items, held, rejected, bytes)
    VALUES (NEW.participant, 1, CASE NEW.state WHEN 'held' THEN 1 ELSE 0 END,
      CASE NEW.state WHEN 'rejected' THEN 1 ELSE 0 END, length(NEW.header))
    ON CONFLICT (participant) DO UPDATE SET items = quarantine_usage.items + 1,
      held = quarantine_usage.held + excluded.held,
      rejected = quarantine_usage.rejected + excluded.rejected,
      bytes = quarantine_usage.bytes + excluded.bytes;
END;
CREATE TRIGGER quarantine_gone AFTER DELETE ON quarantine BEGIN
  UPDATE quarantine_usage SET items = items - 1, held = held - CASE OLD.state WHEN 'held' THEN 1 ELSE 0 END,
    rejected = rejected - CASE OLD.state WHEN 'rejected' THEN 1 ELSE 0 END,
    bytes = bytes - length(OLD.header)
    WHERE participant = OLD.participant;
END;
CREATE TRIGGER quarantine_changed AFTER UPDATE OF state, header ON quarantine BEGIN
  UPDATE quarantine_usage SET
    held = held + CASE NEW.state WHEN 'held' THEN 1 ELSE 0 END
      - CASE OLD.state WHEN 'held' THEN 1 ELSE 0 END,
    rejected = rejected + CASE NEW.state WHEN 'rejected' THEN 1 ELSE 0 END
      - CASE OLD.state WHEN 'rejected' THEN 1 ELSE 0 END,
    bytes = bytes + length(NEW.header) - length(OLD.header)
    WHERE participant = NEW.participant;
END;
`;
