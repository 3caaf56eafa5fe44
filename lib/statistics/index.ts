// The door of lib/statistics: what is counted, and what of it may be shown.

export {
  checkIndicatorLedger,
  type LedgerContext,
  type LedgerFinding,
  MARKING_STATUSES,
  type MarkingStatus,
  parseIndicatorLedger,
} from "./check-indicator-ledger.ts";
export {
  type CountDifference,
  countRecordsOf,
  dayBeginsMs,
  dayName,
  dayOf,
  type EntryRange,
  monitorEventsDigest,
  recordCountDifferences,
  sumRecordCounts,
} from "./daily-counts.ts";
export {
  type Consent,
  type DisclosureAnswer,
  type DisclosurePolicy,
  type DisclosureQuestion,
  disclosurePolicy,
  type EventStates,
  type NamedAggregation,
} from "./disclosure.ts";
export {
  type DisclosedState,
  type ExplainedAnswer,
  type ExplainedDisclosure,
  explainDisclosure,
} from "./disclosure-explained.ts";
export type {
  ConfidentialityStatus,
  Coverage,
  Figure,
  FigureUnit,
  ObservationStatus,
} from "./figure.ts";
export {
  countIndicator,
  type Indicator,
  type RecoveredArm,
  type Recovery,
} from "./indicator.ts";
export {
  type CountedLedger,
  countLedger,
  type ReportedArms,
} from "./ledger-lines.ts";
export {
  type CountsByKey,
  NAMED_TABLES,
  type NamedStates,
  namedStates,
  sumByState,
  tableOfPairs,
  tableOfStates,
} from "./named-tables.ts";
export { percentileOf } from "./percentile.ts";
export {
  type NationalCounts,
  type RegionalIndicator,
  regionalIndicator,
} from "./regional-indicator.ts";
export { type DueRelease, dueReleases, releasesOn } from "./release-calendar.ts";
export { makeSafe } from "./suppress/make-safe.ts";
export { makeSafeApart, type SuppressJob } from "./suppress/suppress-apart.ts";
export { type CountTable, type SuppressedTable, suppressTable } from "./suppress/suppress-table.ts";
export {
  type CountedCell,
  type CountedTable,
  publishedRate,
  publishedTable,
  type SafeCell,
  type SafeTable,
  SUPPRESSION_POLICY,
  type SuppressionPolicy,
} from "./suppress/tables.ts";
