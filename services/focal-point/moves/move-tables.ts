/**
 * Messages of a trace case after its request, both ways, with their bodies: nothing that was said
 * is overwritten (TP-MOVE-20). A move whose message was refused, rejected or never delivered keeps
 * its row and counts no more. The first statement after the table takes over what older stores had:
 * the newest reply of each case.
 */
export const MOVE_MIGRATION_SQL = `
CREATE TABLE trace_move (
  position INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('requesting', 'requested')),
  move INTEGER NOT NULL,
  outcome_class INTEGER NOT NULL,
  outcome TEXT,
  body BLOB NOT NULL,
  sent_at INTEGER NOT NULL,
  kept_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  effect TEXT NOT NULL CHECK (effect IN ('moved', 'stood', 'crossed')),
  fate TEXT NOT NULL DEFAULT '',
  code TEXT,
  field TEXT,
  UNIQUE (case_id, message_id)
) STRICT;
INSERT INTO trace_move (case_id, message_id, side, move, outcome_class, outcome, body, sent_at,
    kept_at, actor, effect)
  SELECT case_id, coalesce(reply_message_id, ''), 'requested',
    CASE state WHEN 'ANSWERED' THEN 6 WHEN 'REFUSED' THEN 9 ELSE 2 END,
    CASE state WHEN 'REFUSED' THEN 5 ELSE 0 END, outcome, reply, updated_at, updated_at, '', 'moved'
  FROM trace_case WHERE reply IS NOT NULL;

ALTER TABLE trace_case ADD COLUMN answered_at INTEGER;
UPDATE trace_case SET answered_at = updated_at WHERE state = 'ANSWERED';

DROP TRIGGER trace_case_concluded;
CREATE TRIGGER trace_case_concluded AFTER UPDATE OF outcome ON trace_case
  WHEN NEW.outcome IS NOT OLD.outcome BEGIN
  UPDATE trace_count SET count = count - 1
    WHERE what = 'outcome ' || OLD.role AND name = OLD.outcome;
  INSERT INTO trace_count SELECT 'outcome ' || NEW.role, NEW.outcome, 1 WHERE NEW.outcome IS NOT NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
`;

/** A request of ours that is asked back about waits for somebody here too (TP-MOVE-7). */
export const MOVE_ATTENTION_MIGRATION_SQL = `
ALTER TABLE trace_case ADD COLUMN asked_back INTEGER NOT NULL DEFAULT 0;
DROP INDEX trace_case_attention_opened;
DROP INDEX trace_case_attention_updated;
ALTER TABLE trace_case DROP COLUMN needs_attention;
ALTER TABLE trace_case ADD COLUMN needs_attention INTEGER NOT NULL
  GENERATED ALWAYS AS (awaiting_answer = 1 OR asked_back = 1 OR refusal_code IS NOT NULL) VIRTUAL;
CREATE INDEX trace_case_attention_opened ON trace_case (opened_at) WHERE needs_attention = 1;
CREATE INDEX trace_case_attention_updated ON trace_case (updated_at) WHERE needs_attention = 1;
`;
