import { DAY_MS, MINUTE_MS } from "./units.ts";

/** Limits of clocks (docs/spec/answers.md). */
export const CLOCK_LIMITS = {
  /** Reminders of one request: at half of the time, when it is due, and four later ones. */
  remindersMax: 6,
  /** Between two reminders after an answer was due. */
  reminderEveryMs: 14 * DAY_MS,
  /** Public holidays of a calendar: twenty a year for fifty years. */
  holidaysMax: 1_000,
  /** Longest target, in days or hours: ten years of days. */
  targetCountMax: 3_660,
  /** Clocks reckoned in one transaction. */
  batchCasesMax: 200,
  /** Reminders sent in one turn. */
  batchRemindersMax: 64,
  /** Answers of so long back are told with the ages. */
  ageingBackMs: 365 * DAY_MS,
} as const;

/** Limits of what is made of requests that arrive (docs/spec/answers.md). */
export const ARRIVAL_LIMITS = {
  /** Requests prepared in one turn, each a step of its own. */
  batchMax: 16,
  /** A register that was written to is looked into again once it has rested: an import goes on. */
  registerRestMs: 5_000,
  /** Rules that acknowledge; more than a screen nobody reads. */
  rulesMax: 32,
  /** Name of such a rule. */
  ruleNameCharsMax: 64,
  /** States one of them is for: more than there are. */
  ruleStatesMax: 300,
} as const;

/** Limits of what waits for a second person (docs/spec/answers.md). */
export const RELEASE_LIMITS = {
  /** A reason of less says nothing. */
  reasonCharsMin: 20,
  /** A few sentences; more belongs into the case. */
  reasonCharsMax: 2_000,
  /** What one person sent alone is looked at by a second one within three days. */
  reviewMs: 3 * DAY_MS,
  /** What was sent back is kept so long for whoever prepared it, then only who and when. */
  returnedKeptMs: 30 * DAY_MS,
  /** How often the service looks what is overdue, at the latest. */
  lookEveryMs: 15 * MINUTE_MS,
  /** A deputy is named for a journey or an illness, not for good. */
  deputyMsMax: 92 * DAY_MS,
  /** Deputies named at the same time; a focal point has a handful of officers. */
  deputiesMax: 16,
  /** Largest content that waits; a message is smaller. */
  contentBytesMax: 1_024 * 1_024,
} as const;
