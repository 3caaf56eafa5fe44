/**
 * What persons did with records (TP-AUDIT-1). Numbers are never given twice, so that a row taken
 * out leaves a hole. Batches of them are entries of the log (TP-AUDIT-2).
 */
export const AUDIT_SQL = `
CREATE TABLE record_act (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX record_act_actor ON record_act (actor, id);
CREATE INDEX record_act_action ON record_act (action, id);
`;

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
