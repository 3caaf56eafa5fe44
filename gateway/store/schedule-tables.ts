/** Signed versions of the retention schedule, and which of them each record was taken in under. */
export const SCHEDULE_SQL = `
CREATE TABLE schedules (
  version INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  schedule BLOB NOT NULL,
  log_index INTEGER NOT NULL,
  taken_at INTEGER NOT NULL
) STRICT;
ALTER TABLE messages ADD COLUMN schedule_version INTEGER NOT NULL DEFAULT 0;
`;
