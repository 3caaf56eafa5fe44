import { DAY_MS, KIB, MINUTE_MS, SECOND_MS } from "./units.ts";

/** Limits of the message log. */
export const LOG_LIMITS = {
  /** C2SP tlog-tiles gives the length of an entry two bytes. */
  entryBytesMax: 65_535,
  /** A signed note with sixteen post-quantum cosignatures stays below. */
  noteBytesMax: 128 * KIB,
  /** C2SP signed-note asks for at least sixteen. */
  noteSignaturesMax: 32,
  /** No path is longer in a tree of 2^53 leaves. */
  pathHashesMax: 53,
  /** A proof file: note, path and an entry in base64. */
  proofBytesMax: 256 * KIB,
  /** Tiles kept while one transaction makes proofs; some 60 KiB each. */
  tilesHeldMax: 64,
  /** Entries read at a time when the whole log is recomputed. */
  verifyPageEntries: 1_000,
  /** Entries compared with their records in one read of a running store: some milliseconds. */
  checkPageEntries: 100,
  /** Pause between two such reads, so that the store's thread is for messages. */
  checkPauseMs: 20,
  /** How often the entries that came since are compared with their records. */
  checkPeriodMs: 10 * MINUTE_MS,
  /** How often all entries are compared with their records again. */
  checkWholeMs: DAY_MS,
  /** C2SP tlog-witness: lines of a consistency proof. */
  consistencyHashesMax: 63,
  /** How often witnesses are asked for cosignatures under the newest checkpoint. */
  witnessPeriodMs: 2 * SECOND_MS,
  /** A log without a quorum for so long is shown as unwitnessed. */
  unwitnessedMs: 60 * MINUTE_MS,
  /** From then on nobody is to rely on what is not cosigned. */
  unwitnessedAlarmMs: DAY_MS,
  /** How often a witness reads the register again. */
  registerReadMs: MINUTE_MS,
  /** Wait of a participant before its first look at the log, so that it is at work by then. */
  watchFirstMs: 5 * SECOND_MS,
  /** How often a participant compares the log with what it has seen of it. */
  watchPeriodMs: 10 * MINUTE_MS,
  /** Folders of signed checkpoints that contradict each other; the first is proof enough. */
  conflictsKeptMax: 100,
  /** Wait for one file of a log over HTTP. */
  fetchMs: 10 * SECOND_MS,
  /** How often entries that came since are hashed again for the second tree. */
  rehashPeriodMs: 10 * MINUTE_MS,
  /** Entries hashed again in one transaction: some milliseconds. */
  rehashEntries: 100,
  /** Pause between two of them, so that the store's thread is for messages. */
  rehashPauseMs: 20,
  /** How often it is looked whether a day is over whose records are to be counted. */
  countsPeriodMs: MINUTE_MS,
  /** Records counted in one transaction: some milliseconds. */
  countRecords: 500,
  /** Messages of a monitor's feed looked through for the events of a day in one transaction. */
  countFeeds: 20,
  /** Pause between two of them, so that the store's thread is for messages. */
  countPauseMs: 10,
  /** Days whose counts are listed at once. */
  countedDaysMax: 400,
  /** A renewal waits no longer for entries that are not hashed again yet. */
  renewWaitMs: 10 * SECOND_MS,
  /** A log is renewed so often, whether or not an algorithm is known to age. */
  renewEveryMs: 2 * 365 * DAY_MS,
  /** Wait for what a witness has cosigned last, when a gateway starts. */
  witnessedMs: 3 * SECOND_MS,
  /** The newest checkpoint is kept beside the store so often. */
  knownPeriodMs: 10 * SECOND_MS,
  /** Problems listed one by one; the rest are counted. */
  problemsMax: 100,
} as const;
