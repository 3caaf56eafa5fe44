/** Limits of a national ledger of indicator 16.4.2 (docs/spec/ledger.md). */
export const LEDGER_LIMITS = {
  /** Lines of one ledger: each way of recovery, type and marking once, and room for later types. */
  linesMax: 600,
  /** Arms in one line or one report; no State recovers as many in a year. */
  armsMax: 100_000_000,
  /** First year a ledger may be of: the Protocol was adopted in 2001. */
  yearMin: 2001,
  /** How a State counts, in a page. */
  methodNoteCharsMax: 4_000,
  /** Indicators of a State's own making. */
  nationalMax: 50,
  /** Code or unit of such an indicator. */
  nationalCodeCharsMax: 40,
  /** Its title, a sentence. */
  nationalTitleCharsMax: 200,
  /** Pseudonymous reference of an officer. */
  officerRefCharsMax: 64,
} as const;
