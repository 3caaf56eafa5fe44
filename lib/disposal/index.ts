// The door to disposal of records and legal holds, for the store of whoever keeps records
// (docs/spec/disposal.md, docs/spec/holds.md). Routes have a door of their own, api/index.ts.

export {
  type CertificateRow,
  certificateOf,
  encodeItem,
  type KeptCertificate,
  keepCertificate,
  keptItemsOf,
  nextCertificate,
  partGone,
  writeCertificate,
} from "./certificates.ts";
export {
  type BatchDisposed,
  type BatchWish,
  DisposalClerk,
  type DisposalClerkDeps,
} from "./disposal-clerk.ts";
export {
  type DisposalRun,
  type Gone,
  noteGone,
  runForBatch,
  timeNoted,
} from "./disposal-runs.ts";
export {
  countDue,
  countHeld,
  type DueLooked,
  type DuePage,
  type DuePart,
  type DueRecord,
  dueIds,
  followSchedule,
  NOTHING_KEPT,
  noteReckoned,
  type Reckoned,
} from "./due-marks.ts";
export { createHoldProcedures, type HoldPlace, type NotHeld, QUERY_NAMES } from "./hold-acts.ts";
export { fulfils, type HeldFacts, HoldBook, isBetween } from "./hold-coverage.ts";
export { actsOf, allActs, columnsOf, type HoldRow, type KeptAct } from "./hold-rows.ts";
export { endsHold, type HoldStanding, standingAfter } from "./hold-standing.ts";
export { certificateProblem } from "./judge-certificate.ts";
export {
  type ActRow,
  actOf,
  type KeptAct as KeptRecordAct,
  RECORD_ACTIONS,
  type RecordAction,
} from "./note-act.ts";
export { DISPOSAL_PROCEDURES, DISPOSAL_READ_ONLY } from "./procedures.ts";
export {
  ACT_SQL,
  certificateSql,
  DISPOSED_ITEMS_SQL,
  DUE_SQL,
  holdSql,
  RUN_SQL,
} from "./tables.ts";
