// The door to what the stores of all participants' services share: loaded by a store's thread.

export { KEY_CONFIRMATION_MIGRATION_SQL } from "./key-confirmations.ts";
export { POST_CHANGES_MIGRATION_SQL, tellFate, tellFlag, tellGap } from "./post-changes.ts";
export {
  createServiceProcedures,
  SERVICE_READ_ONLY,
  type ServiceProcedures,
} from "./service-store.ts";
