import { KIB, SECOND_MS } from "./units.ts";

/** Limits of retention schedules and of what is reckoned by them (docs/spec/retention.md). */
export const RECORDS_LIMITS = {
  /** A retention schedule: what a lawyer reads before it is signed. */
  scheduleBytesMax: 64 * KIB,
  /** A schedule file: its text with the signatures of every root key. */
  scheduleFileBytesMax: 128 * KIB,
  /** How often the gateway looks for a newer schedule file. */
  lookMs: SECOND_MS,
  /** Lines of a schedule; the default has ten. */
  linesMax: 200,
  /** Longest period; a record that is kept for longer is kept (action KEEP). */
  periodYearsMax: 100,
  /** Why a schedule changes, and what a line rests on. */
  textCharsMax: 1_000,
} as const;
