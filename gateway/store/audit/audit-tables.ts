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
