import { MINUTE_MS, SECOND_MS } from "./units.ts";

/** Bounds of a store on PostgreSQL (docs/spec/operations.md). */
export const POSTGRES_LIMITS = {
  /** Oldest server: the one of Debian 12. */
  majorVersionMin: 15,
  /** A server that does not answer by then is down. */
  connectMs: 5 * SECOND_MS,
  /** A line on which nothing came for so long is looked after. */
  keepAliveMs: SECOND_MS,
  /** A session that writes gives its line up when a statement has no answer by then. */
  answerMs: 30 * SECOND_MS,
  /** A session that stands still inside a transaction is ended, and its lock is free. */
  idleInTransactionMs: 1_500,
  /** The same for one that only reads: it keeps nobody waiting. */
  readerStillMs: 5 * MINUTE_MS,
  /** How often the server looks whether the client of a running statement is still there. */
  clientCheckMs: 500,
  /** Longest wait for the turn to write. */
  lockWaitMs: 10 * SECOND_MS,
  /** How often a batch is run that failed for no fault of its own. */
  attemptsMax: 5,
  /** Pause before it is run again, doubled each time. */
  attemptPauseMs: 50,
  /** Statements of a transaction that are sent before the first of them is answered. */
  unansweredMax: 256,
  /** Sessions for reading calls; more calls wait. */
  readersMax: 4,
  /** A reading session that nobody needs is given back after this. */
  readerIdleMs: 30 * SECOND_MS,
} as const;
