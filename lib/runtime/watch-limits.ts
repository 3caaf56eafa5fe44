import { DAY_MS, MINUTE_MS } from "./units.ts";

/** Limits of thresholds, notices and their mails (docs/spec/watch.md). */
export const WATCH_LIMITS = {
  /** Rules of one configuration. */
  rulesMax: 50,
  /** Longest name of a rule. */
  ruleNameCharsMax: 40,
  /** Longest time a rule may wait for, in days. */
  daysMax: 365,
  /** A count below it is never said: the threshold of suppression. */
  countMin: 5,
  /** Days before a day that its refusals are compared with. */
  comparedDays: 28,
  /** As long as fewer days are known, no day is like others or not. */
  comparedDaysMin: 7,
  /** A day is released within so many days. */
  releasedDaysLate: 7,
  /** What began at a threshold ends below this share of it. */
  endsBelow: 0.8,
  /** Days whose counts differ that are looked at; the newest. */
  discrepanciesMax: 100,
  /** Quiet hours of one configuration. */
  quietMax: 20,
  /** How often it is looked, and whether a mail is due. */
  lookMs: MINUTE_MS,
  /** Days between two reminders, unless the configuration says otherwise. */
  reminderDays: 7,
  /** First wait before a mail is tried again; it doubles. */
  mailRetryFirstMs: MINUTE_MS,
  /** Longest such wait. */
  mailRetryMaxMs: 60 * MINUTE_MS,
  /** A mail that nobody took for so long is given up: longer than a holiday. */
  mailGiveUpMs: 7 * DAY_MS,
  /** Notices that one mail lists; the rest are counted. */
  mailNoticesMax: 50,
  /** Notices that are kept; the oldest that stand no more are forgotten first. */
  noticesMax: 10_000,
  /** Mails that are kept. */
  mailsMax: 1_000,
  /** Notices or mails in one answer. */
  pageMax: 200,
} as const;
