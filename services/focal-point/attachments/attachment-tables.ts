/**
 * Tables of attachments. Bytes lie in files beside the database, under their digest; here is what
 * is known of them. An attachment that no case holds is loose.
 */
export const ATTACHMENT_MIGRATION_SQL = `
CREATE TABLE attachment (
  position INTEGER PRIMARY KEY,
  attachment_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('uploading', 'announced', 'called', 'ready', 'refused')),
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  pieces BLOB,
  image TEXT,
  preview_sha256 BLOB,
  preview_bytes INTEGER,
  problem TEXT,
  is_loose INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attachment_loose ON attachment (created_at) WHERE is_loose = 1;
CREATE INDEX attachment_bytes ON attachment (sha256);
CREATE INDEX attachment_preview ON attachment (preview_sha256) WHERE preview_sha256 IS NOT NULL;

CREATE TABLE attachment_piece (
  attachment_id TEXT NOT NULL,
  piece INTEGER NOT NULL,
  PRIMARY KEY (attachment_id, piece)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment_use (
  case_id TEXT NOT NULL,
  attachment_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('sent', 'received')),
  PRIMARY KEY (case_id, attachment_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_used ON attachment_use (attachment_id);
`;
