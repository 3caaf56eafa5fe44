// The door to the local copy of alerts in force: what the stores of services have of it
// (docs/spec/checks.md). Its routes have a door of their own, api/index.ts.

export { type CheckRecord, listChecks, noteCheck } from "./copy/check-log.ts";
export {
  CANDIDATES_STATEMENT,
  type CheckAnswer,
  checkQuestions,
  type FoundAlert,
} from "./copy/check-questions.ts";
export { type AlertCopyState, alertCopyState, noteCopyCurrent } from "./copy/copy-state.ts";
export { ALERT_COPY_MIGRATION_SQL } from "./copy/copy-tables.ts";
export { type NotedAlert, noteAlert } from "./copy/note-alert.ts";
export { ALERT_COPY_PROCEDURES, ALERT_COPY_READ_ONLY } from "./copy/procedures.ts";
