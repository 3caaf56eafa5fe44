import { MIB } from "./units.ts";

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
  /** Items of one report: a large cache, line by line. */
  itemsPerReportMax: 500,
  /** Offences or ways of an event that a report names. */
  codesMax: 20,
  /** States that a route goes through. */
  transitMax: 20,
  /** Persons arrested at one event. */
  personsArrestedMax: 100_000,
  /** Arms in one item, all alike and without an identity. */
  armsPerItemMax: 10_000,
  /** Parts, rounds or kilograms in one item. */
  quantityMax: 1_000_000_000,
  /** Trace cases that one item is linked with. */
  casesPerItemMax: 20,
  /** Number, name or mark in a report. */
  fieldCharsMax: 120,
  /** On what an establishment or a decision rests, in a paragraph. */
  basisCharsMax: 1_000,
  /** Largest CSV file of reports, which is one transaction. */
  fileBytesMax: 8 * MIB,
  /** Lines of such a file; a year of a large State is cut into several. */
  fileLinesMax: 20_000,
  /** Problems of a file that are told; the rest are counted. */
  problemsMax: 1_000,
  /** Reports with the same serial number that are shown beside a new one. */
  doublesPerItemMax: 20,
} as const;
