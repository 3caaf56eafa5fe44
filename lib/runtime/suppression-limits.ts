/** Limits of statistical confidentiality. */
export const SUPPRESSION_LIMITS = {
  /** Counts looked at for one withheld one; a table of 200 by 60 has some 12,000. */
  lookCountsMax: 200_000,
  /** Counts looked at for one release, seconds of work; then whatever is near is withheld. */
  workCountsMax: 4_000_000,
  /** Heap of the thread that makes one release safe; a year of 200 States has some 100 MiB. */
  threadHeapMib: 512,
  /** Rows of a table; States of the world, with room. */
  rowsMax: 1_000,
  /** Columns of a table; kinds, outcomes or months, with room. */
  columnsMax: 1_000,
  /** Arms of one indicator; a State's year is some ten thousand. */
  armsMax: 50_000,
} as const;
