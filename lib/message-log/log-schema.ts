/**
 * Tables of the message log, for a service's own migrations (SQLite). Rows are added and never
 * changed, but for the one row of `log_head` (TP-LOG-4).
 *
 * - `log_entries`: each entry with its leaf hash.
 * - `log_tiles`: full tiles of C2SP tlog-tiles, 256 hashes each.
 * - `log_subtrees`: root of each full tile, that is one hash of the level above; the part of a
 *   level that fills no tile yet is read from here, as that of level 0 is from `log_entries`.
 * - `log_head`: size, root, compact range, and the latest signed checkpoint. In a store with
 *   several writers this row is the lock.
 */
export const LOG_MIGRATION_SQL = `
CREATE TABLE log_entries (
  entry_index INTEGER PRIMARY KEY,
  leaf_hash BLOB NOT NULL,
  entry BLOB NOT NULL
) STRICT;
CREATE TABLE log_tiles (
  level INTEGER NOT NULL,
  tile_index INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (level, tile_index)
) STRICT;
CREATE TABLE log_subtrees (
  level INTEGER NOT NULL,
  position INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  root_hash BLOB NOT NULL,
  compact_range BLOB NOT NULL,
  checkpoint_size INTEGER,
  checkpoint TEXT
) STRICT;
INSERT INTO log_head (id, size, root_hash, compact_range)
VALUES (1, 0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', x'');
`;
