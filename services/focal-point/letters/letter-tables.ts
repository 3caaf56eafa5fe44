/**
 * Cases with States off the exchange (TP-OFF-1): the same cases, with a mark, counted once more
 * apart;
 * and what went out and came in by other channels. Nothing of it is ever changed or removed.
 */
export const LETTER_MIGRATION_SQL = `
ALTER TABLE trace_case ADD COLUMN off_exchange INTEGER NOT NULL DEFAULT 0;
CREATE INDEX trace_case_off_opened ON trace_case (opened_at) WHERE off_exchange = 1;
CREATE INDEX trace_case_off_updated ON trace_case (updated_at) WHERE off_exchange = 1;

CREATE TABLE trace_letter (
  position INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
  channel TEXT NOT NULL,
  reference TEXT NOT NULL,
  on_date TEXT NOT NULL,
  language TEXT NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX trace_letters ON trace_letter (case_id, position);

CREATE TRIGGER trace_off_marked AFTER UPDATE OF off_exchange ON trace_case
  WHEN OLD.off_exchange = 0 AND NEW.off_exchange = 1 BEGIN
  INSERT INTO trace_count VALUES ('off exchange', NEW.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER trace_off_moved AFTER UPDATE OF state ON trace_case
  WHEN NEW.off_exchange = 1 AND OLD.state <> NEW.state BEGIN
  UPDATE trace_count SET count = count - 1 WHERE what = 'off exchange' AND name = OLD.state;
  INSERT INTO trace_count VALUES ('off exchange', NEW.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
`;
