import { DAY_MS, KIB, MIB, SECOND_MS } from "./units.ts";

/** Limits of a file of the Common Alerting Protocol. */
export const CAP_LIMITS = {
  /** More than an envelope carries: what is longer could not be sent on. */
  fileBytesMax: 1 * MIB,
  /** An alert in ten languages with a thousand parameters each stays below. */
  elementsMax: 40_000,
  /** The standard nests five deep; a signature of another namespace somewhat deeper. */
  depthMax: 16,
  /** Problems of one file that are named. */
  problemsMax: 100,
} as const;

/** Limits of what an alert may hold (domain notes 3). */
export const ALERT_LIMITS = {
  /** Firearms, parts and lots of one alert: with their marks they stay below an envelope. */
  itemsMax: 1_000,
  /** Blocks of one alert, one for each language. */
  infosMax: 16,
  /** One line of a screen and of a printed list. */
  headlineCharsMax: 160,
  /** Messages that one update or cancel is about: an alert with all its updates. */
  referencesMax: 64,
  /** Numbers of one consignment: containers of a ship's load, with their seals. */
  consignmentIdsMax: 500,
  /** Stops of a route. */
  routeStopsMax: 64,
  /** Areas of one alert. */
  areasMax: 64,
  /** Codes of one area. */
  geocodesMax: 256,
  /** Indicators of one modus operandi: more nobody remembers. */
  indicatorsMax: 32,
} as const;

/** Limits of checks against the alerts in force. */
export const CHECK_LIMITS = {
  /** Questions of one request: the list of a ship or of a seized collection. */
  questionsMax: 10_000,
  /** Body of such a request, JSON or CSV, with every question at its usual length. */
  bodyBytesMax: 4 * MIB,
  /** Questions looked up in one transaction; the post waits no longer than that. */
  portionQuestions: 250,
  /** Candidates looked at for one question; a question with more is too vague. */
  candidatesMax: 500,
  /** Possible matches told for one question. */
  matchesMax: 20,
  /** Readable characters of a lot, document or company that can be looked up. */
  textCharsMin: 2,
  /** Without word from the exchange for longer, the answers are marked as stale. */
  staleAfterMs: DAY_MS,
  /** How often it is noted that the alerts are those the exchange has. */
  currentEveryMs: 30 * SECOND_MS,
  /** Requests remembered, who asked and what was found; the oldest give way. */
  checksKeptMax: 200_000,
  /** Expired alerts taken out of the look-up in one go. */
  sweepMax: 500,
  /** Alerts in one file for a border post; twice what is expected worldwide. */
  copyAlertsMax: 200_000,
  /** A file for a border post: that many alerts at their usual length. */
  copyFileBytesMax: 256 * MIB,
  /** Life of what a post holds, unless said otherwise: a post that is lost is blind by then. */
  copyLifeMs: 3 * DAY_MS,
  /** Longest life of it. */
  copyLifeMsMax: 30 * DAY_MS,
  /** Log file of a post before another one follows it. */
  postLogFileBytesMax: MIB,
  /** Log files that a post keeps; a year of a busy lane. */
  postLogFilesMax: 64,
  /** One line of it: the first questions of an asking, at their longest. */
  postLogLineCharsMax: 32 * KIB,
  /** Lines of one file that goes home. */
  postLogEntriesMax: 2_000,
  /** Lines of one file that goes home, together: as a request it stays below `bodyBytesMax`. */
  postLogBytesMax: 2 * MIB,
} as const;
