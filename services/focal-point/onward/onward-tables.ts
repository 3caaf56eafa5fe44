/**
 * Who received what of whom (TP-PERS-17): which message of ours passed on what another State had
 * sent, body or personal data, to whom, and on which ground. A notice follows it. Nothing was
 * written in the table of before.
 */
export const ONWARD_MIGRATION_SQL = `
DROP TABLE onward_copy;
CREATE TABLE onward_copy (
  position INTEGER PRIMARY KEY,
  about_sender TEXT NOT NULL,
  about_message_id TEXT NOT NULL,
  about_part TEXT NOT NULL CHECK (about_part IN ('body', 'persons')),
  onward_message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  by_letter INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  ground TEXT NOT NULL,
  actor TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  UNIQUE (about_sender, about_message_id, about_part, onward_message_id)
) STRICT;
CREATE INDEX onward_copy_case ON onward_copy (case_id);
`;
