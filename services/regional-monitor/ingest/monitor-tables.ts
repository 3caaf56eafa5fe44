/**
 * Tables of what a monitor is fed (TP-MON-3). Hours and days are counted since 1970 in UTC, enum
 * values are the numbers of the wire contract, and a State is its alpha-2 code: `*` stands for all
 * together, the empty text for one that is not told. Exercise and Test are rows of their own
 * (TP-MON-12). `monitor_event.refusal` says why an event is
 * kept and not counted.
 */
export const MONITOR_MIGRATION_SQL = `
CREATE TABLE monitor_feed (
  number INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  content TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  register_version INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  refused INTEGER NOT NULL
) STRICT;

CREATE TABLE monitor_event (
  log_index INTEGER PRIMARY KEY,
  hour INTEGER NOT NULL,
  refusal TEXT NOT NULL,
  event BLOB NOT NULL
) STRICT;
CREATE INDEX monitor_event_hours ON monitor_event (hour, log_index);

CREATE TABLE monitor_cell (
  cut INTEGER NOT NULL,
  status INTEGER NOT NULL,
  length INTEGER NOT NULL,
  start INTEGER NOT NULL,
  state TEXT NOT NULL,
  key TEXT NOT NULL,
  vintage INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (cut, status, length, start, state, key, vintage)
) STRICT, WITHOUT ROWID;

CREATE TABLE monitor_histogram (
  cut INTEGER NOT NULL,
  status INTEGER NOT NULL,
  length INTEGER NOT NULL,
  start INTEGER NOT NULL,
  state TEXT NOT NULL,
  vintage INTEGER NOT NULL,
  counts BLOB NOT NULL,
  PRIMARY KEY (cut, status, length, start, state, vintage)
) STRICT;

CREATE TABLE monitor_open (
  status INTEGER NOT NULL,
  state TEXT NOT NULL,
  day INTEGER NOT NULL,
  open INTEGER NOT NULL,
  PRIMARY KEY (status, state, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitor_open_settled ON monitor_open (status) WHERE open = 0;

CREATE TABLE monitor_refusal (
  code TEXT PRIMARY KEY,
  total INTEGER NOT NULL,
  newest_number INTEGER NOT NULL,
  newest_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE monitor_release (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  length INTEGER NOT NULL,
  period TEXT NOT NULL,
  status INTEGER NOT NULL,
  vintage INTEGER NOT NULL,
  released_on TEXT NOT NULL,
  threshold INTEGER NOT NULL,
  states_expected INTEGER NOT NULL,
  states_reporting INTEGER NOT NULL,
  number INTEGER NOT NULL,
  UNIQUE (length, status, period, vintage)
) STRICT;
CREATE TABLE monitor_release_table (
  release_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (release_id, name)
) STRICT;

CREATE TABLE monitor_day (
  day INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  events_told INTEGER NOT NULL,
  events_fed INTEGER NOT NULL,
  first_index INTEGER,
  last_index INTEGER,
  differences TEXT NOT NULL,
  compared_at INTEGER NOT NULL
) STRICT;
CREATE INDEX monitor_day_differs ON monitor_day (day) WHERE differences <> '[]';
`;

/**
 * Which States have a record in which period, so that a coverage is counted without the sums; and
 * how many more requests of a day were open after each month than before, by the hour it begins.
 */
export const FIGURE_MIGRATION_SQL = `
CREATE TABLE monitor_reporting (
  status INTEGER NOT NULL,
  length INTEGER NOT NULL,
  start INTEGER NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (status, length, start, state)
) STRICT, WITHOUT ROWID;
INSERT INTO monitor_reporting (status, length, start, state)
  SELECT DISTINCT status, length, start, state FROM monitor_cell
  WHERE cut = 1 AND state <> '*' AND state <> '';

CREATE TABLE monitor_open_change (
  status INTEGER NOT NULL,
  state TEXT NOT NULL,
  month INTEGER NOT NULL,
  day INTEGER NOT NULL,
  change INTEGER NOT NULL,
  PRIMARY KEY (status, state, month, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitor_open_change_none ON monitor_open_change (status) WHERE change = 0;
INSERT INTO monitor_open_change (status, state, month, day, change)
  SELECT status, state, 0, day, open FROM monitor_open;
`;

/** A monitor may stand for several bodies: each has its own releases of a period. */
export const RELEASE_BODY_MIGRATION_SQL = `
ALTER TABLE monitor_release RENAME TO monitor_release_before;
ALTER TABLE monitor_release_table RENAME TO monitor_release_table_before;
CREATE TABLE monitor_release (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  length INTEGER NOT NULL,
  period TEXT NOT NULL,
  status INTEGER NOT NULL,
  vintage INTEGER NOT NULL,
  released_on TEXT NOT NULL,
  threshold INTEGER NOT NULL,
  states_expected INTEGER NOT NULL,
  states_reporting INTEGER NOT NULL,
  number INTEGER NOT NULL,
  UNIQUE (body, length, status, period, vintage)
) STRICT;
CREATE TABLE monitor_release_table (
  release_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (release_id, name)
) STRICT;
INSERT INTO monitor_release (body, length, period, status, vintage, released_on, threshold,
    states_expected, states_reporting, number)
  SELECT body, length, period, status, vintage, released_on, threshold, states_expected,
    states_reporting, number FROM monitor_release_before ORDER BY id;
INSERT INTO monitor_release_table (release_id, name, content)
  SELECT kept.id, held.name, held.content FROM monitor_release_table_before AS held
  JOIN monitor_release_before AS old ON old.id = held.release_id
  JOIN monitor_release AS kept ON kept.body = old.body AND kept.length = old.length
    AND kept.status = old.status AND kept.period = old.period AND kept.vintage = old.vintage;
DROP TABLE monitor_release_table_before;
DROP TABLE monitor_release_before;
`;
