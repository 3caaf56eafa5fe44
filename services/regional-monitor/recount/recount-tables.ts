/**
 * What a day is looked at again by (TP-MON-25): its share as it was told, and prints of the events
 * it was compared with. Days that were compared by an older version have none, and are not looked
 * at again.
 */
export const RECOUNT_MIGRATION_SQL = `
CREATE TABLE monitor_day_kept (
  day INTEGER PRIMARY KEY,
  share BLOB NOT NULL,
  prints BLOB NOT NULL,
  looked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX monitor_day_kept_turn ON monitor_day_kept (looked_at, day);
`;
