/** Signed versions of the routing policy that the gateway has decided by. */
export const POLICY_SQL = `
CREATE TABLE policies (
  version INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  policy BLOB NOT NULL,
  log_index INTEGER NOT NULL,
  taken_at INTEGER NOT NULL
) STRICT;
ALTER TABLE messages ADD COLUMN policy_version INTEGER NOT NULL DEFAULT 0;
`;
