import { DAY_MS, MIB, MINUTE_MS, SECOND_MS } from "./units.ts";

/** Limits of the disposal of records. */
export const DISPOSAL_LIMITS = {
  /** Records looked at in one transaction: some ten milliseconds. */
  lookRecords: 250,
  /** Pause between two of them. */
  lookPauseMs: 5,
  /** How long who asks waits for a look that is under way. */
  lookWaitMs: 2 * SECOND_MS,
  /** Records disposed of in one transaction, and named by one certificate. */
  batchRecords: 200,
  /** Parts after which it takes no more records: an alert has a key part for each recipient. */
  batchParts: 1_000,
  /** Cases, alerts and days that a participant disposes of in one transaction. */
  batchItems: 20,
  /** Bytes after which it takes no more of them. */
  batchBytes: 8 * MIB,
  /** Certificates in one answer; each is some tenths of a megabyte. */
  certificatesPage: 20,
  /** Pause between two of them, so that the store's thread is for messages. */
  pauseMs: 20,
  /** Batches between two clean-ups of the write-ahead log. */
  scrubBatches: 50,
  /** Wait before it is tried again while somebody reads the store. */
  scrubRetryMs: SECOND_MS,
  /** How often it is reckoned anew what is due. */
  lookPeriodMs: 60 * MINUTE_MS,
  /** Wait before a run that failed, on a full disk perhaps, is tried again. */
  retryMs: 5 * MINUTE_MS,
  /** How often the time is noted, to see a clock that jumps. */
  seenPeriodMs: 10 * MINUTE_MS,
  /** A clock that is further off than this from what it was has jumped. */
  clockJumpMs: DAY_MS,
  /** A larger share of all records that is due at once needs a second person. */
  shareMax: 0.01,
  /** So few records need none, whatever share they are. */
  shareRecordsMin: 100,
  /** Wait before a record that is due, but whose delivery is open, is looked at again. */
  openLookMs: DAY_MS,
  /** Messages of a conversation among which the last accepted one is looked for. */
  lastMessages: 1_000,
  /** Order or rule a run is done under. */
  authorityCharsMax: 500,
} as const;
