/**
 * Tables of users, their tokens, and what was changed about them (TP-API-4, TP-API-7). A service
 * puts this fragment into its own migrations, so that an act and its actor commit together. Roles
 * are names separated by a space; times are milliseconds since 1970.
 */
export const USER_MIGRATION_SQL = `
CREATE TABLE user_account (
  position INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('person', 'system')),
  responsible TEXT REFERENCES user_account (user_id),
  roles TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE user_token (
  position INTEGER PRIMARY KEY,
  token_id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES user_account (user_id),
  digest BLOB NOT NULL,
  label TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER
) STRICT;
CREATE INDEX user_token_owner ON user_token (user_id, position);

CREATE TABLE user_change (
  position INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  user_id TEXT NOT NULL,
  change TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX user_changes ON user_change (user_id, position);
`;
