import { DAY_MS, KIB, MIB, MINUTE_MS, SECOND_MS } from "./units.ts";

/** Limits of a regional monitor (docs/spec/monitor.md). */
export const MONITOR_LIMITS = {
  /** A message of the feed that was made later than this from now waits until its time has come. */
  madeAheadMsMax: 5 * MINUTE_MS,
  /** Messages of the feed taken in one transaction: as many as the inbox handles as one batch. */
  togetherMax: 128,
  /** Bytes of them, one message in any case: some thousand events, and a tenth of a second. */
  togetherBytesMax: 64 * KIB,
  /** Rows of one statement: a statement has a bounded number of parameters on both stores. */
  insertRowsMax: 50,
  /** Events read at once while a day is compared with its counts. */
  comparedEventsPage: 5_000,
  /** Numbers of the feed that are asked for at once. */
  fetchNumbersMax: 50,
  /** Bytes of an answer with them. */
  fetchBytesMax: 16 * MIB,
  /** Wait for such an answer. */
  fetchMs: 30 * SECOND_MS,
  /** Wait before missing numbers are asked for again. */
  fetchRetryMs: 30 * SECOND_MS,
  /** Figures in one answer; more are asked for by shorter ranges. */
  figuresMax: 10_000,
  /** Periods of one question, all cells of which are looked up one by one. */
  periodsMax: 800,
  /** Periods times States of one question: each is a look-up of its own. */
  statePeriodsMax: 12_000,
  /** Sums of States that are added up to regions for one answer: some 50 ms of work. */
  regionRowsMax: 60_000,
  /** Ledgers of one answer: of 200 States some years each. */
  ledgersMax: 2_000,
  /** Differences between counts that one discrepancy names. */
  differencesMax: 20,
  /** A day that was compared is looked at again after so long, and one a round. */
  lookAgainMs: DAY_MS,
  /** Altered events that a day names. */
  alteredMax: 100,
  /** Releases, ledgers or compared days in one answer. */
  pageMax: 200,
  /** A request without an answer for so long is overdue, unless another target is asked for. */
  overdueAfterMs: 30 * DAY_MS,
} as const;
