/** Versions of the register that the gateway has taken; the first one was given, not logged. */
export const REGISTER_SQL = `
CREATE TABLE registers (
  version INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  register BLOB NOT NULL,
  taken_at INTEGER NOT NULL,
  taken_by TEXT NOT NULL,
  log_index INTEGER,
  tree_size INTEGER,
  announced INTEGER NOT NULL
) STRICT;
`;
