/**
 * Tables of attachments on their way between States. What is wanted is a row until it is drafted, a
 * draft is a row until its fate is known, and what came is a row until it lies in its file: each
 * step is one transaction, so the way goes on where a process ended. Piece -1 is the preview.
 */
export const TRANSFER_MIGRATION_SQL = `
ALTER TABLE attachment ADD COLUMN piece_bytes INTEGER NOT NULL DEFAULT 524288;
ALTER TABLE attachment ADD COLUMN announced TEXT;
CREATE INDEX attachment_called ON attachment (position) WHERE state = 'called';

ALTER TABLE attachment_use ADD COLUMN wire_id TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment_use ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment_use ADD COLUMN header BLOB;
CREATE UNIQUE INDEX attachment_named ON attachment_use (case_id, direction, peer, wire_id);
CREATE INDEX attachment_told ON attachment_use (message_id);

CREATE TABLE attachment_wanted (
  position INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL,
  attachment_id TEXT NOT NULL,
  peer TEXT NOT NULL,
  piece INTEGER NOT NULL,
  UNIQUE (case_id, attachment_id, piece)
) STRICT;
CREATE INDEX attachment_wanted_peer ON attachment_wanted (peer, position);

CREATE TABLE attachment_under_way (
  message_id TEXT PRIMARY KEY,
  peer TEXT NOT NULL,
  case_id TEXT NOT NULL,
  attachment_id TEXT NOT NULL,
  piece INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_under_way_peer ON attachment_under_way (peer);

CREATE TABLE attachment_arrival (
  position INTEGER PRIMARY KEY,
  attachment_id TEXT NOT NULL,
  piece INTEGER NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (attachment_id, piece)
) STRICT;
`;

/** Number of the preview among the pieces. */
export const PREVIEW_PIECE = -1;
