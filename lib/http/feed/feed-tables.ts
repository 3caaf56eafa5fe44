/**
 * Table of the feed (TP-API-40, TP-API-43). A service puts this fragment into its own migrations,
 * so that what changes and its change commit together. Rows are numbered by SQLite from the highest
 * there is, and the newest is never removed, so numbers only grow. `feed_bound` holds the limits
 * the program was started with, for the triggers. Empty text stands for "does not apply".
 */
export const FEED_MIGRATION_SQL = `
CREATE TABLE feed_change (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  case_id TEXT NOT NULL DEFAULT '',
  message_id TEXT NOT NULL DEFAULT '',
  message_kind TEXT NOT NULL DEFAULT '',
  participant TEXT NOT NULL DEFAULT '',
  lane TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT '',
  code TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL
) STRICT;
CREATE INDEX feed_change_incidents ON feed_change (at) WHERE kind = 'incident.raised';

CREATE TABLE feed_bound (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  kept_max INTEGER NOT NULL,
  incidents_per_minute_max INTEGER NOT NULL
) STRICT;
INSERT INTO feed_bound VALUES (1, 1, 0);

CREATE TRIGGER feed_change_kept AFTER INSERT ON feed_change BEGIN
  DELETE FROM feed_change
    WHERE sequence <= NEW.sequence - (SELECT max(kept_max, 1) FROM feed_bound);
END;
`;
