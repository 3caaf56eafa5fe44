import { MINUTE_MS } from "./units.ts";

/** Limits of looking for records and of the audit trail (docs/spec/search.md). */
export const SEARCH_LIMITS = {
  /** Ids looked at first: most pages are among the newest. */
  firstWindowRows: 100,
  /** Ids looked at before the next list of ids is chosen, where several criteria meet. */
  windowRows: 1_000,
  /** Such windows in one read, so that a search never holds up a commit for long. */
  windowsMax: 10,
  /** Ids looked at of each month in which something is due, where due dates are asked for. */
  dueMonthRows: 10,
  /** Records read in a window where a header has to be asked. */
  testedRows: 200,
  /** Records read for one page, however few of them are found. */
  testedMax: 2_000,
  /** Older records made to be found in one transaction: some milliseconds. */
  fillRows: 200,
  /** Pause between two such transactions, so that the store's thread is for messages. */
  fillPauseMs: 10,
  /** Why somebody looked: a sentence or two. */
  reasonCharsMax: 500,
  /** Records of an export read at a time; some tenths of a megabyte. */
  exportPageRows: 500,
  /** How often acts of persons are put into the log, where there are any. */
  actsPeriodMs: MINUTE_MS,
  /** Acts under one entry of the log. */
  actsSealedMax: 1_000,
} as const;
