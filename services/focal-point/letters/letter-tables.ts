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

/**
 * What was entered from letters becomes moves like those that came as messages (TP-OFF-6). A store
 * of before kept of each entered answer its letter and its event, and the content of the newest
 * alone: the others become moves that say nothing more than what they did. The event gets the id of
 * its move, by which a clock finds the day that a delay names.
 */
export const LETTER_MOVE_MIGRATION_SQL = `
ALTER TABLE trace_move ADD COLUMN by_letter INTEGER NOT NULL DEFAULT 0;

CREATE TEMP TABLE entered AS
  SELECT event.position AS event_position, event.case_id, event.at, event.state, event.detail,
    event.actor, row_number() OVER (PARTITION BY event.case_id ORDER BY event.position) AS n,
    count(*) OVER (PARTITION BY event.case_id) AS of,
    '' AS message_id
  FROM trace_case_event AS event WHERE event.event = 'answer entered by hand';
UPDATE entered SET message_id = lower(
  substr(hex(randomblob(4)), 1, 8) || '-' || substr(hex(randomblob(2)), 1, 4) || '-4' ||
  substr(hex(randomblob(2)), 1, 3) || '-8' || substr(hex(randomblob(2)), 1, 3) || '-' ||
  hex(randomblob(6)));
CREATE TEMP TABLE entered_letter AS
  SELECT case_id, channel || ' ' || reference || ', ' || on_date AS told,
    row_number() OVER (PARTITION BY case_id ORDER BY position) AS n
  FROM trace_letter WHERE direction = 'in';

INSERT INTO trace_move (case_id, message_id, side, move, outcome_class, outcome, body, sent_at,
    kept_at, actor, effect, by_letter)
  SELECT entered.case_id, entered.message_id, 'requested',
    CASE entered.state WHEN 'ACKNOWLEDGED' THEN 2 WHEN 'INFORMATION_REQUESTED' THEN 3
      WHEN 'INTERIM' THEN 5 WHEN 'REFERRED' THEN 7 WHEN 'DELAYED' THEN 8 WHEN 'REFUSED' THEN 9
      WHEN 'CORRECTED' THEN 13 ELSE 6 END,
    CASE entered.state WHEN 'REFUSED' THEN 5 ELSE 0 END,
    CASE WHEN entered.detail = letter.told THEN NULL
      ELSE substr(entered.detail, 1, length(entered.detail) - length(letter.told) - 2) END,
    CASE WHEN entered.n = entered.of THEN coalesce(kept.reply, x'') ELSE x'' END,
    entered.at, entered.at, entered.actor, 'moved', 1
  FROM entered JOIN entered_letter AS letter USING (case_id, n)
    JOIN trace_case AS kept USING (case_id)
  ORDER BY entered.event_position;

UPDATE trace_case_event SET message_id = entered.message_id
  FROM entered WHERE trace_case_event.position = entered.event_position;
UPDATE trace_case SET reply_message_id = entered.message_id
  FROM entered WHERE trace_case.case_id = entered.case_id AND entered.n = entered.of;
UPDATE trace_case SET asked_back = 1 WHERE off_exchange = 1 AND state = 'INFORMATION_REQUESTED';
UPDATE trace_clock SET settled = 0 WHERE case_id IN (SELECT case_id FROM entered);
DROP TABLE entered;
DROP TABLE entered_letter;
`;
