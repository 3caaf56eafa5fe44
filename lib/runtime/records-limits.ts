import { DAY_MS, KIB, SECOND_MS } from "./units.ts";

/** Limits of retention schedules and of what is reckoned by them (docs/spec/retention.md). */
export const RECORDS_LIMITS = {
  /** A retention schedule: what a lawyer reads before it is signed. */
  scheduleBytesMax: 64 * KIB,
  /** A schedule file: its text with the signatures of every root key. */
  scheduleFileBytesMax: 128 * KIB,
  /** How often the gateway looks for a newer schedule file. */
  lookMs: SECOND_MS,
  /** How often a participant looks for a newer schedule and for what has ended. */
  endEveryMs: DAY_MS,
  /** A clock that jumps further than this ends nothing. */
  clockJumpMs: DAY_MS,
  /** Versions that a participant fetches beside the newest one, when it was away for long. */
  versionsFetchedMax: 50,
  /** Lines of a schedule; the default has ten. */
  linesMax: 200,
  /** Longest period; a record that is kept for longer is kept (action KEEP). */
  periodYearsMax: 100,
  /** Why a schedule changes, and what a line rests on. */
  textCharsMax: 1_000,
} as const;
