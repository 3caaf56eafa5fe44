/**
 * What was released of which body and period, with what was withheld, so that the next release is
 * made safe with all before it (TP-FEED-10). `monitor_calendar` has the last day of the calendar
 * whose releases were all made.
 */
export const RELEASE_SQL = `
CREATE TABLE monitor_release (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  status INTEGER NOT NULL,
  period TEXT NOT NULL,
  vintage INTEGER NOT NULL,
  safe TEXT NOT NULL,
  UNIQUE (body, status, period, vintage)
) STRICT;
CREATE TABLE monitor_calendar (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  last_day TEXT NOT NULL
) STRICT;
`;
