export { ALERT_LIMITS, CAP_LIMITS, CHECK_LIMITS } from "./alert-limits.ts";
export { ARRIVAL_LIMITS, CLOCK_LIMITS, RELEASE_LIMITS } from "./answer-limits.ts";
export { ATTACHMENT_LIMITS } from "./attachment-limits.ts";
export { BODY_LIMITS } from "./body-limits.ts";
export { boundedBody } from "./bounded-body.ts";
export { calendarDateOf, isCalendarDate } from "./calendar-date.ts";
export { type Clock, systemClock } from "./clock.ts";
export {
  armCrashPoint,
  BACKUP_CRASH_POINTS,
  COPY_CRASH_POINTS,
  COUNT_CRASH_POINTS,
  CRASH_POINTS,
  type CrashPlan,
  type CrashPoint,
  DISPOSAL_CRASH_POINTS,
  IMPORT_CRASH_POINTS,
  MESSAGE_CRASH_POINTS,
  parseCrashPlan,
  passCrashPoint,
  RESTORE_CRASH_POINTS,
  SCHEMA_CRASH_POINTS,
} from "./crash-point.ts";
export { csvRecord, withFormula, withoutFormula } from "./csv-text.ts";
export type {
  ArgsOf,
  Bodies,
  BodyGroup,
  BodyPlace,
  BodyTable,
  Database,
  Migration,
  Procedure,
  ResultOf,
  SqlRow,
  SqlValue,
  StoreDefinition,
  Transaction,
} from "./database.ts";
export { type WatchedDisk, watchDisk } from "./disk-watch.ts";
export { DISPOSAL_LIMITS } from "./disposal-limits.ts";
export { EVIDENCE_LIMITS } from "./evidence-limits.ts";
export { faultLines } from "./fault-lines.ts";
export { FIREARM_LIMITS } from "./firearm-limits.ts";
export { HOLD_LIMITS } from "./hold-limits.ts";
export { escapeHtml, Html, html } from "./html.ts";
export { idTimeMs, isMessageId, newMessageId } from "./ids.ts";
export { INSTANCE_LIMITS } from "./instance-limits.ts";
export { Instant, instantMsOf } from "./instant.ts";
export { LEDGER_LIMITS } from "./ledger-limits.ts";
export { Lifecycle, type LifecycleState, type Stoppable, withDeadline } from "./lifecycle.ts";
export {
  CASEWORK_LIMITS,
  FEED_LIMITS,
  GATEWAY_LIMITS,
  HTTP_LIMITS,
  NATS_LIMITS,
  POST_LIMITS,
  PROCESS_LIMITS,
  STORE_LIMITS,
  WEBHOOK_LIMITS,
  WIRE_LIMITS,
} from "./limits.ts";
export { LOG_LIMITS } from "./log-limits.ts";
export { createLogger, type Logger, type LoggerOptions } from "./logger.ts";
export { isLoopback } from "./loopback.ts";
export { MAIL_LIMITS } from "./mail-limits.ts";
export { MONITOR_FEED_LIMITS } from "./monitor-feed-limits.ts";
export { MONITOR_LIMITS } from "./monitor-limits.ts";
export { MOVE_LIMITS } from "./move-limits.ts";
export { OUTPUT_LIMITS } from "./output-limits.ts";
export { patientFetch } from "./patient-fetch.ts";
export { type PlacementSetting, pathFrom, readPlacement, withoutPlacement } from "./placement.ts";
export { POLICY_LIMITS, QUOTA_LIMITS } from "./policy-limits.ts";
export { POSTGRES_LIMITS } from "./postgres-limits.ts";
export { printable } from "./printable.ts";
export {
  openness,
  readPublic,
  readSecret,
  readSecretIfThere,
  readSecretNow,
} from "./read-secret.ts";
export { RECORDS_LIMITS } from "./records-limits.ts";
export { REGISTER_LIMITS } from "./register-limits.ts";
export { NOTICE_LIMITS, PERSON_LIMITS, REQUEST_LIMITS } from "./request-limits.ts";
export { Rounds } from "./rounds.ts";
export {
  compileSchema,
  parseConfig,
  type SchemaCheck,
  type SchemaProblem,
  type SchemaResult,
} from "./schema.ts";
export { SEARCH_LIMITS } from "./search-limits.ts";
export { Semaphore } from "./semaphore.ts";
export { shareInFlight } from "./share-in-flight.ts";
export { STATUS_LIMITS } from "./status-limits.ts";
export {
  describePlace,
  POSTGRES_SCHEMA,
  POSTGRES_URL,
  type PostgresPlace,
  placeOf,
  postgresUrlProblem,
  STORE_SETTINGS,
  type StorePlace,
  type StoreSettings,
} from "./store-place.ts";
export { SUPPRESSION_LIMITS } from "./suppression-limits.ts";
export { systemTimers, type Timers } from "./timers.ts";
export { TIMESTAMP_LIMITS } from "./timestamp-limits.ts";
export { TLS_LIMITS } from "./tls-limits.ts";
export { CLI_LIMITS, RULE_LIMITS, SCENARIO_LIMITS } from "./tool-limits.ts";
export { TRUST_LIMITS } from "./trust-limits.ts";
export { WATCH_LIMITS } from "./watch-limits.ts";
