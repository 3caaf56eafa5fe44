/**
 * What persons did with records (TP-AUDIT-1). Numbers are never given twice, so that a row taken
 * out leaves a hole.
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
