/**
 * Tables of webhooks (TP-API-50 to TP-API-59). A service puts this fragment into its own
 * migrations, beside the feed. `position` is the last change that was delivered; the secret lies
 * here in clear, because signing needs it: the file of the store is readable by its owner only.
 */
export const WEBHOOK_MIGRATION_SQL = `
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY,
  webhook_id TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  label TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ACTIVE', 'FAILING', 'DISABLED')),
  reason TEXT NOT NULL DEFAULT '',
  position INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  failing_since INTEGER,
  failure TEXT NOT NULL DEFAULT '',
  delivered INTEGER NOT NULL DEFAULT 0,
  delivered_at INTEGER,
  secret TEXT NOT NULL,
  old_secret TEXT,
  old_secret_until INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE webhook_failure (
  id INTEGER PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  failure TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_failures ON webhook_failure (webhook_id, id);

CREATE TABLE webhook_act (
  id INTEGER PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_acts ON webhook_act (webhook_id, id);
`;
