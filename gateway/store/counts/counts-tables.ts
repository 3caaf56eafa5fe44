/**
 * The counts of each day, as they were logged, and what each monitor gets of them (TP-COUNT-1). A
 * day is its number since 1970, in UTC; there is a row for each day from that of the first entry.
 */
export const COUNTS_SQL = `
CREATE TABLE daily_counts (
  day INTEGER PRIMARY KEY,
  counts BLOB NOT NULL,
  log_index INTEGER NOT NULL UNIQUE
) STRICT;
CREATE TABLE daily_counts_share (
  day INTEGER NOT NULL,
  monitor TEXT NOT NULL,
  share BLOB NOT NULL,
  PRIMARY KEY (day, monitor)
) STRICT, WITHOUT ROWID;
`;
