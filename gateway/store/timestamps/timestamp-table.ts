/** Tokens of time-stamping authorities over checkpoints (TP-STAMP-5); none is ever erased. */
export const TIMESTAMP_SQL = `
CREATE TABLE log_timestamp (
  log_index INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  size INTEGER NOT NULL,
  checkpoint TEXT NOT NULL,
  token BLOB NOT NULL,
  root BLOB NOT NULL,
  stamped_at INTEGER NOT NULL,
  UNIQUE (url, size)
) STRICT;
`;
