/**
 * What ties cases together (TP-CHAIN-3): the hops of a chain, and the keys of the
 * firearm. One row for each case, written with it. Cases from before wait in the backlog.
 */
export const LINK_MIGRATION_SQL = `
CREATE TABLE trace_link (
  case_id TEXT PRIMARY KEY,
  chain_id TEXT NOT NULL,
  hop INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  previous_request_id TEXT NOT NULL,
  is_own INTEGER NOT NULL,
  is_actual INTEGER NOT NULL,
  make_key TEXT,
  look_alike_key TEXT,
  serial_key TEXT,
  is_partial INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_link_request ON trace_link (request_id);
CREATE INDEX trace_link_chain ON trace_link (chain_id, hop);
CREATE INDEX trace_link_firearm ON trace_link (make_key, look_alike_key)
  WHERE make_key IS NOT NULL;
CREATE INDEX trace_link_partial ON trace_link (make_key) WHERE is_partial = 1;

CREATE TABLE trace_link_backlog (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  done_position INTEGER NOT NULL,
  until_position INTEGER NOT NULL
) STRICT;
INSERT INTO trace_link_backlog SELECT 1, 0, coalesce(max(position), 0) FROM trace_case;
`;

/** Cases linked by the make as it was marked are linked anew, by the brand. */
export const LINK_BRAND_MIGRATION_SQL = `
UPDATE trace_link_backlog
  SET done_position = 0, until_position = (SELECT coalesce(max(position), 0) FROM trace_case);
`;

/**
 * Keys of the ammunition that cases are about (TP-CHAIN-9): its lot, and marks of its packaging.
 * Cases from before wait in the backlog.
 */
export const LINK_AMMUNITION_MIGRATION_SQL = `
CREATE TABLE trace_ammunition (
  key TEXT NOT NULL,
  case_id TEXT NOT NULL,
  lot_key TEXT NOT NULL,
  headstamp_key TEXT NOT NULL,
  maker_key TEXT NOT NULL,
  PRIMARY KEY (key, case_id)
) STRICT, WITHOUT ROWID;
UPDATE trace_link_backlog
  SET done_position = 0, until_position = (SELECT coalesce(max(position), 0) FROM trace_case);
`;
