/**
 * The second tree of the log, and its renewals (TP-RENEW-1). A row of `renewed_entry` is a leaf
 * without its log entry: digests of what that names, which stay when the bytes are disposed of. A
 * row of `renewed_node` is the root of a full subtree of 256^level leaves.
 */
export const RENEWAL_SQL = `
CREATE TABLE renewed_entry (
  digest TEXT NOT NULL,
  entry_index INTEGER NOT NULL,
  digests BLOB NOT NULL,
  PRIMARY KEY (digest, entry_index)
) STRICT, WITHOUT ROWID;
CREATE TABLE renewed_node (
  digest TEXT NOT NULL,
  level INTEGER NOT NULL,
  position INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (digest, level, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_renewal (
  number INTEGER PRIMARY KEY,
  renewal BLOB NOT NULL,
  signed BLOB NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL,
  log_index INTEGER NOT NULL UNIQUE
) STRICT;
`;
