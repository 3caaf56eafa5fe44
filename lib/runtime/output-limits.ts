import { MIB, MINUTE_MS } from "./units.ts";

/** Limits of what a regional body publishes. */
export const OUTPUT_LIMITS = {
  /** A file of figures, which is read into memory: a year of a body of 200 States by the hour. */
  fileBytesMax: 256 * MIB,
  /** Codes, names and dates in a figure. */
  textCharsMax: 256,
  /** Problems of a file of figures that are listed; the first ones tell what is wrong with it. */
  problemsMax: 20,
  /** Longest time a browser may take to print a report; it takes seconds. */
  printMs: MINUTE_MS,
  /** Characters of what a browser says that are kept: the last lines tell why it failed. */
  printWordsMax: 4_000,
  /** Rows of one table of a report; more are in the exports. */
  reportRowsMax: 300,
} as const;
