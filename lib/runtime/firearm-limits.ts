import { KIB } from "./units.ts";

/** Limits of a firearm register's import and look-up. */
export const FIREARM_LIMITS = {
  /** A record with every field at its longest. */
  lineBytesMax: 32 * KIB,
  /** Lines kept, moved or dropped in one transaction; the post waits no longer than that. */
  portionLines: 1_000,
  /** Bad lines named in a report; the rest are counted. */
  problemsMax: 1_000,
  /** Name of a legal person. */
  partyCharsMax: 200,
  /** Events of one firearm in one line of an import. */
  eventsPerLineMax: 100,
  /** Rows looked at for one search; one that finds more asks for less. */
  candidateRowsMax: 2_000,
  /** Characters that slips are tried out with: several scripts side by side. */
  alphabetMax: 96,
} as const;
