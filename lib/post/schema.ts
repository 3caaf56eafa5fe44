/**
 * Tables of outbox, inbox, sequences and incidents (TP-POST-1). A service puts this fragment into
 * its own migrations, so that a case and its message lie in one file and commit together. Times
 * are milliseconds since 1970; lanes and kinds are the numbers of the wire contract, so that
 * ordering by lane is ordering by urgency. Counts are kept by triggers: asking for them costs the
 * same however long the history is.
 */
export const POST_MIGRATION_SQL = `
CREATE TABLE post_outbox (
  position INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  conversation_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('draft', 'sealed', 'accepted', 'delivered', 'refused', 'rejected', 'expired')),
  draft BLOB,
  envelope BLOB,
  header_digest BLOB,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  resign INTEGER NOT NULL DEFAULT 0,
  code TEXT,
  field TEXT,
  log_index INTEGER,
  drafted_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX post_outbox_drafts ON post_outbox (lane, position) WHERE state = 'draft';
CREATE INDEX post_outbox_due ON post_outbox (lane, next_attempt_at)
  WHERE next_attempt_at IS NOT NULL;
CREATE INDEX post_outbox_conversation ON post_outbox (conversation_id);

CREATE TABLE post_outbox_recipient (
  message_id TEXT NOT NULL REFERENCES post_outbox (message_id),
  recipient TEXT NOT NULL,
  lane INTEGER NOT NULL,
  pair_sequence INTEGER,
  state TEXT NOT NULL CHECK (state IN ('open', 'delivered', 'refused', 'rejected', 'expired')),
  code TEXT,
  void_due INTEGER NOT NULL DEFAULT 0,
  void_message_id TEXT,
  PRIMARY KEY (message_id, recipient)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_outbox_numbers ON post_outbox_recipient (recipient, lane, pair_sequence)
  WHERE pair_sequence IS NOT NULL;
CREATE INDEX post_outbox_voids ON post_outbox_recipient (recipient, lane, pair_sequence)
  WHERE void_due = 1;

CREATE TABLE post_pair_sent (
  recipient TEXT NOT NULL,
  lane INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  last_digest BLOB,
  PRIMARY KEY (recipient, lane)
) STRICT, WITHOUT ROWID;

CREATE TABLE post_receipt (
  message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  type INTEGER NOT NULL,
  code TEXT,
  field TEXT NOT NULL,
  log_index INTEGER,
  receipt_sender TEXT NOT NULL,
  receipt_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (message_id, recipient, type)
) STRICT, WITHOUT ROWID;
CREATE TABLE post_receipt_envelope (
  sender TEXT NOT NULL,
  receipt_id TEXT NOT NULL,
  envelope BLOB NOT NULL,
  evidence BLOB,
  PRIMARY KEY (sender, receipt_id)
) STRICT;

CREATE TABLE post_inbox (
  position INTEGER PRIMARY KEY,
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  header_digest BLOB NOT NULL,
  kind INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  exchange_status INTEGER NOT NULL,
  conversation_id TEXT NOT NULL,
  pair_sequence INTEGER,
  state TEXT NOT NULL CHECK (state IN ('delivered', 'rejected')),
  code TEXT,
  field TEXT,
  envelope BLOB NOT NULL,
  evidence BLOB,
  received_at INTEGER NOT NULL,
  receipt_due INTEGER NOT NULL DEFAULT 1,
  receipts_sent INTEGER NOT NULL DEFAULT 0,
  receipt_sent_at INTEGER NOT NULL DEFAULT 0,
  UNIQUE (sender, message_id)
) STRICT;
CREATE INDEX post_inbox_receipts ON post_inbox (lane, sender, state, exchange_status, position)
  WHERE receipt_due > receipts_sent;
CREATE INDEX post_inbox_numbers ON post_inbox (sender, lane, pair_sequence)
  WHERE pair_sequence IS NOT NULL;
CREATE INDEX post_inbox_conversation ON post_inbox (conversation_id);

CREATE TABLE post_pair_received (
  sender TEXT NOT NULL,
  lane INTEGER NOT NULL,
  highest INTEGER NOT NULL,
  notices INTEGER NOT NULL DEFAULT 0,
  next_notice_at INTEGER,
  notice_message_id TEXT,
  PRIMARY KEY (sender, lane)
) STRICT, WITHOUT ROWID;
CREATE TABLE post_pair_missing (
  sender TEXT NOT NULL,
  lane INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (sender, lane, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE post_seen_checkpoint (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  size INTEGER NOT NULL,
  root_hash BLOB NOT NULL
) STRICT;

CREATE TABLE post_incident (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  digest BLOB NOT NULL,
  subject TEXT NOT NULL,
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  detail TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL,
  UNIQUE (kind, digest)
) STRICT;
CREATE TABLE post_incident_total (
  kind TEXT PRIMARY KEY,
  total INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE post_count (
  what TEXT NOT NULL,
  kind INTEGER NOT NULL,
  state TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (what, kind, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER post_outbox_drafted AFTER INSERT ON post_outbox BEGIN
  INSERT INTO post_count VALUES ('outbox', NEW.kind, NEW.state, 1)
    ON CONFLICT (what, kind, state) DO UPDATE SET count = post_count.count + 1;
END;
CREATE TRIGGER post_outbox_moved AFTER UPDATE OF state ON post_outbox
  WHEN OLD.state <> NEW.state BEGIN
  UPDATE post_count SET count = count - 1
    WHERE what = 'outbox' AND kind = OLD.kind AND state = OLD.state;
  INSERT INTO post_count VALUES ('outbox', NEW.kind, NEW.state, 1)
    ON CONFLICT (what, kind, state) DO UPDATE SET count = post_count.count + 1;
END;
CREATE TRIGGER post_inbox_stored AFTER INSERT ON post_inbox BEGIN
  INSERT INTO post_count VALUES ('inbox', NEW.kind, NEW.state, 1)
    ON CONFLICT (what, kind, state) DO UPDATE SET count = post_count.count + 1;
END;
CREATE TRIGGER post_receipt_kept AFTER INSERT ON post_receipt BEGIN
  INSERT INTO post_count
    SELECT 'receipt ' || NEW.type, kind, '', 1 FROM post_outbox WHERE message_id = NEW.message_id
    ON CONFLICT (what, kind, state) DO UPDATE SET count = post_count.count + 1;
END;
`;

/** What is under way is found without going through what has ended. */
export const POST_OPEN_MIGRATION_SQL = `
CREATE INDEX post_outbox_open ON post_outbox_recipient (recipient, lane, message_id)
  WHERE state = 'open';
`;

/**
 * Lets the next move of a conversation go once the one before it has been accepted, or has ended
 * (TP-POST-21). The release commits with what released it, so that nothing waits for ever.
 */
export const POST_ORDER_MIGRATION_SQL = `
CREATE TRIGGER post_outbox_released AFTER UPDATE OF state ON post_outbox
  WHEN OLD.state IN ('draft', 'sealed') AND NEW.state NOT IN ('draft', 'sealed') BEGIN
  UPDATE post_outbox SET next_attempt_at = 0
    WHERE position = (SELECT min(position) FROM post_outbox
      WHERE conversation_id = NEW.conversation_id AND state = 'sealed' AND next_attempt_at IS NULL
        AND attempts = 0);
END;
`;
