/**
 * What the gateway counts, and what it has fed to whom (TP-FEED-4, TP-FEED-8). Cells are sums and
 * outlive the records they are of. `through` is the newest record that is counted, `fed_after` the
 * newest one that there was before anything was fed: older ones are counted and not fed.
 * `monitor_closed` has the requests that have found their end, by the id of their record.
 */
export const MONITOR_SQL = `
CREATE TABLE monitor_tally (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  through INTEGER NOT NULL,
  fed_after INTEGER NOT NULL
) STRICT;
INSERT INTO monitor_tally SELECT 1, 0, COALESCE(MAX(id), 0) FROM messages;
CREATE TABLE monitor_cell (
  hour INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  move INTEGER NOT NULL,
  status INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  outcome_class INTEGER NOT NULL,
  alert_move INTEGER NOT NULL,
  alert_kind INTEGER NOT NULL,
  code INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (hour, kind, move, status, priority, outcome_class, alert_move, alert_kind, code,
    from_state, to_state)
) STRICT, WITHOUT ROWID;
CREATE TABLE monitor_spread (
  day INTEGER NOT NULL,
  measure INTEGER NOT NULL,
  status INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  value INTEGER NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (day, measure, status, priority, from_state, to_state, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE monitor_closed (
  request INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE monitor_feed (
  monitor TEXT NOT NULL,
  number INTEGER NOT NULL,
  digest BLOB NOT NULL,
  feed BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  is_pushed INTEGER NOT NULL,
  PRIMARY KEY (monitor, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitor_feed_unpushed ON monitor_feed (monitor, number) WHERE is_pushed = 0;
CREATE INDEX monitor_feed_age ON monitor_feed (made_at);
`;

/** What a row of `monitor_spread` counts by its value; `day` is that of the record or request. */
export const SPREAD = {
  /** Hours from a request to its acknowledgement, by the day of the acknowledgement. */
  acknowledge: 1,
  /** Hours from a request to a final answer or a referral, by its day. */
  answer: 2,
  /** Hours from a request to a refusal by the State that was asked, by its day. */
  refuse: 3,
  /** Focal points that requests of a case have reached, by the day of the last. */
  chain: 4,
  /** Completeness of a request in tenths. */
  completeness: 5,
  /** Requests, by their day; the value is 0. */
  opened: 6,
  /** The same requests once they are answered, refused, withdrawn or closed: days it took. */
  closed: 7,
  /** Those of them whose first end is of the State that was asked: days it took. */
  answered: 8,
} as const;
