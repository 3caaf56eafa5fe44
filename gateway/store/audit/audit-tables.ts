/** The batches under which acts are in the log (TP-AUDIT-2). */
export const AUDIT_BATCH_SQL = `
CREATE TABLE record_act_batch (
  id INTEGER PRIMARY KEY,
  first_act INTEGER NOT NULL,
  last_act INTEGER NOT NULL UNIQUE,
  digest BLOB NOT NULL,
  log_index INTEGER NOT NULL
) STRICT;
CREATE INDEX record_act_batch_place ON record_act_batch (log_index);
`;

/**
 * Batches that the schedule ends (TP-DISP-11): under which version they were taken in, and by which
 * certificate their acts are gone.
 */
export const AUDIT_ENDS_SQL = `
ALTER TABLE record_act_batch ADD COLUMN schedule_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record_act_batch ADD COLUMN certificate INTEGER;
ALTER TABLE disposal_state ADD COLUMN looked_batch INTEGER NOT NULL DEFAULT 0;
`;
