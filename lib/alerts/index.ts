// The door to alerts: their exchange (docs/spec/alert-service.md) and the local copy of those in
// force (docs/spec/checks.md). Routes have a door of their own, api/index.ts.

export type { CheckAnswer, FoundAlert } from "./copy/check-answer.ts";
export { type CheckRecord, listChecks, noteCheck } from "./copy/check-log.ts";
export { CANDIDATES_STATEMENT, checkQuestions } from "./copy/check-questions.ts";
export { type AlertCopyState, alertCopyState, noteCopyCurrent } from "./copy/copy-state.ts";
export { ALERT_COPY_MIGRATION_SQL, ALERT_SUMMARY_MIGRATION_SQL } from "./copy/copy-tables.ts";
export { type NotedAlert, noteAlert } from "./copy/note-alert.ts";
export { ALERT_COPY_PROCEDURES, ALERT_COPY_READ_ONLY } from "./copy/procedures.ts";
export { withAlerts } from "./exchange/alert-hooks.ts";
export { judgeAlertMessage } from "./exchange/alert-judge.ts";
export { ALERT_PROCEDURES, ALERT_READ_ONLY } from "./exchange/alert-procedures.ts";
export { ALERT_COUNT_MIGRATION_SQL, ALERT_MIGRATION_SQL } from "./exchange/alert-tables.ts";
export type { AlertCounts } from "./exchange/count-procedures.ts";
export { createPassingOn } from "./exchange/passing-on.ts";
export { POST_COPY_PROCEDURES, POST_COPY_READ_ONLY } from "./post/border-posts.ts";
export { openCopyFile, type PostIssuer, sealCopyFile } from "./post/copy-file.ts";
export { HeldCopy } from "./post/held-copy.ts";
export { type PostLogEntry, signPostLog } from "./post/post-log.ts";
export { POST_LOG_MIGRATION_SQL } from "./post/post-log-procedures.ts";
export {
  ALERT_FLAG_FOLLOWS_SQL,
  ALERT_FLAG_MIGRATION_SQL,
  BORDER_POST_MIGRATION_SQL,
} from "./post/post-tables.ts";
export { ALERT_DAYS, ALERT_KIND, ALERT_RECORD_MIGRATION_SQL } from "./record-kind.ts";
