/**
 * Border posts that hold a copy as a file (TP-CHECK-10), and at which version of the copy each
 * message came in or ended, so that a change can be told from there on.
 */
export const BORDER_POST_MIGRATION_SQL = `
ALTER TABLE alert_message ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
CREATE INDEX alert_message_version ON alert_message (version);
CREATE TRIGGER alert_message_added AFTER INSERT ON alert_message BEGIN
  UPDATE alert_copy SET version = version + 1;
  UPDATE alert_message SET version = (SELECT version FROM alert_copy)
    WHERE message_id = NEW.message_id;
END;
CREATE TRIGGER alert_message_ended AFTER UPDATE OF ended ON alert_message BEGIN
  UPDATE alert_copy SET version = version + 1;
  UPDATE alert_message SET version = (SELECT version FROM alert_copy)
    WHERE message_id = NEW.message_id;
END;

CREATE TABLE border_post (
  post_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  recipient TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  added_by TEXT NOT NULL,
  revoked_at INTEGER,
  revoked_by TEXT,
  issued_version INTEGER NOT NULL DEFAULT 0,
  issued_at INTEGER,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;
`;

/** Whether an alert came under a key that others may have had by then (TP-KEY-8). */
export const ALERT_FLAG_MIGRATION_SQL = `
ALTER TABLE alert_message ADD COLUMN key_compromised INTEGER NOT NULL DEFAULT 0;
`;

/** Follows the flags of the post; a border post is told with the next change. */
export const ALERT_FLAG_FOLLOWS_SQL = `
CREATE TRIGGER alert_message_flag_changed AFTER UPDATE OF flagged ON post_signed_by BEGIN
  UPDATE alert_copy SET version = version + 1;
  UPDATE alert_message
    SET key_compromised = NEW.flagged, version = (SELECT version FROM alert_copy)
    WHERE message_id = NEW.message_id AND sender = NEW.sender;
END;
CREATE TRIGGER alert_message_flagged AFTER INSERT ON post_signed_by WHEN NEW.flagged = 1 BEGIN
  UPDATE alert_message SET key_compromised = 1
    WHERE message_id = NEW.message_id AND sender = NEW.sender;
END;
`;
