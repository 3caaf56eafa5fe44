/**
 * What is made of a request as soon as it has arrived (TP-ANS-8, TP-ANS-11): a draft of its answer,
 * what the rules that acknowledge decided, and those rules. Triggers mark what is due in the
 * transaction that makes it so, so that a crash loses nothing. A draft whose case waits for no
 * answer any more is emptied: it repeats the register.
 */
export const ARRIVAL_MIGRATION_SQL = `
CREATE TABLE trace_draft (
  position INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL UNIQUE,
  due INTEGER NOT NULL DEFAULT 1,
  undecided INTEGER NOT NULL DEFAULT 0,
  register_version INTEGER,
  draft_id TEXT,
  reply BLOB,
  candidates TEXT,
  more INTEGER NOT NULL DEFAULT 0,
  made_at INTEGER
) STRICT;
CREATE INDEX trace_draft_due ON trace_draft (position) WHERE due = 1;
CREATE INDEX trace_draft_version ON trace_draft (register_version)
  WHERE due = 0 AND register_version IS NOT NULL;
INSERT INTO trace_draft (case_id, due)
  SELECT case_id, awaiting_answer FROM trace_case WHERE role = 'requested' ORDER BY position;
CREATE TRIGGER trace_draft_arrived AFTER INSERT ON trace_case WHEN NEW.role = 'requested' BEGIN
  INSERT INTO trace_draft (case_id, undecided) VALUES (NEW.case_id, 1);
END;
CREATE TRIGGER trace_draft_moved AFTER UPDATE OF awaiting_answer ON trace_case
  WHEN NEW.role = 'requested' AND NEW.awaiting_answer = 1 BEGIN
  UPDATE trace_draft SET due = 1 WHERE case_id = NEW.case_id;
END;
CREATE TRIGGER trace_draft_over AFTER UPDATE OF awaiting_answer ON trace_case
  WHEN NEW.role = 'requested' AND NEW.awaiting_answer = 0 BEGIN
  UPDATE trace_draft SET due = 0, undecided = 0, register_version = NULL, draft_id = NULL,
    reply = NULL, candidates = NULL, more = 0, made_at = NULL WHERE case_id = NEW.case_id;
END;

CREATE TABLE register_change (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  version INTEGER NOT NULL,
  is_noted INTEGER NOT NULL
) STRICT;
INSERT INTO register_change VALUES (1, 1, 1);
${["firearm", "firearm_event"]
  .flatMap((table) => ["INSERT", "UPDATE", "DELETE"].map((change) => [table, change] as const))
  .map(
    ([table, change]) => `CREATE TRIGGER ${table}_${change.toLowerCase()}_noted
  AFTER ${change} ON ${table} WHEN (SELECT is_noted FROM register_change) = 1 BEGIN
  UPDATE register_change SET is_noted = 0;
END;`,
  )
  .join("\n")}
CREATE TRIGGER firearm_keys_noted AFTER UPDATE ON firearm_keyed
  WHEN (SELECT is_noted FROM register_change) = 1 BEGIN
  UPDATE register_change SET is_noted = 0;
END;

CREATE TABLE acknowledge_rules (
  version INTEGER PRIMARY KEY,
  rules TEXT NOT NULL,
  actor TEXT NOT NULL,
  confirmed_by TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE trace_acknowledge (
  case_id TEXT PRIMARY KEY,
  rules_version INTEGER NOT NULL,
  rule TEXT NOT NULL,
  because TEXT NOT NULL,
  message_id TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/**
 * In the mode "register" a request is answered at once: what is due is what it leaves to an
 * officer, and that is found without going through those that wait for the register.
 */
export const DRAFT_LEFT_MIGRATION_SQL = `
ALTER TABLE trace_draft ADD COLUMN left_to_officer INTEGER NOT NULL DEFAULT 0;
UPDATE trace_draft SET left_to_officer = 1
  WHERE case_id IN (SELECT case_id FROM trace_case WHERE for_officer = 1);
CREATE INDEX trace_draft_left ON trace_draft (position) WHERE due = 1 AND left_to_officer = 1;
CREATE TRIGGER trace_draft_left_to_officer AFTER UPDATE OF for_officer ON trace_case
  WHEN NEW.for_officer = 1 BEGIN
  UPDATE trace_draft SET left_to_officer = 1 WHERE case_id = NEW.case_id;
END;
`;
