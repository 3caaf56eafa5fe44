// The door to what the stores of all participants' services share: loaded by a store's thread.

export type { HeldFacts } from "#disposal";
export { dayKind } from "../records/day-kind.ts";
export { RowEraser } from "../records/erase-rows.ts";
export { conversationFacts } from "../records/items.ts";
export { OWN_DAYS } from "../records/own-days.ts";
export { isAnyHeld } from "../records/own-holds.ts";
export { erasePost, heldFacts, instrumentsOf, POST_KIND, partsOf } from "../records/post-kind.ts";
export type {
  Erased,
  ErasedPart,
  ItemFacts,
  RecordKind,
  RecordKinds,
} from "../records/record-kind.ts";
export {
  createRecordProcedures,
  RECORD_READ_ONLY,
} from "../records/record-procedures.ts";
export {
  conversationTrigger,
  dayTrigger,
  RECORD_MIGRATION_SQL,
} from "../records/record-tables.ts";
export { withDisposed } from "../records/refuse-disposed.ts";
export { SCHEDULE_MIGRATION_SQL, scheduleHistory } from "../records/schedules.ts";
export { KEY_CONFIRMATION_MIGRATION_SQL } from "./key-confirmations.ts";
export { POST_CHANGES_MIGRATION_SQL, tellFate, tellFlag, tellGap } from "./post-changes.ts";
export {
  createServiceProcedures,
  SERVICE_READ_ONLY,
  type ServiceProcedures,
} from "./service-store.ts";
