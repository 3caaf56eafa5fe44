import { DAY_MS, KIB, MIB, SECOND_MS } from "./units.ts";

/** Limits of a firearm register's import and look-up. */
export const FIREARM_LIMITS = {
  /** A record with every field at its longest. */
  lineBytesMax: 32 * KIB,
  /** Lines kept, moved or dropped in one transaction; the post waits no longer than that. */
  portionLines: 2_000,
  /** Rows whose keys are put in order at a time: some 60 MiB while it is done. */
  keyBlockRows: 250_000,
  /** Keys in one transaction: they come in order, and each costs less than a line. */
  keyPortion: 5_000,
  /** Wait before an import goes on that stands still, as on a full disk. */
  importRetryMs: 10 * SECOND_MS,
  /** Bad lines named in a report; the rest are counted. */
  problemsMax: 1_000,
  /** Largest file of an import: tens of millions of lines. */
  uploadBytesMax: 16 * 1024 * MIB,
  /** An import whose file has not come as a whole by then is given up at the next start. */
  uploadKeptMs: 7 * DAY_MS,
  /** Imports that are not through; each has a file. */
  openUploadsMax: 100,
  /** Bad lines kept of one import; the rest are counted. */
  rejectsKeptMax: 1_000_000,
  /** Characters kept of a bad line. */
  rejectCharsMax: 2_000,
  /** Lines that one record of CSV may reach over, in quotes. */
  csvLinesMax: 64,
  /** Name of a file. */
  fileNameCharsMax: 200,
  /** Name of a legal person. */
  partyCharsMax: 200,
  /** Events of one firearm in one line of an import. */
  eventsPerLineMax: 100,
  /** Rows looked at for one search; one that finds more asks for less. */
  candidateRowsMax: 2_000,
  /** Characters that slips are tried out with: several scripts side by side. */
  alphabetMax: 96,
} as const;
