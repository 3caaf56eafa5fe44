// The door to what the services of all participants share: identity, configuration, post, doors.

export {
  countOf,
  meaningOf,
  remedyOf,
  type ServiceGlance,
  serviceAttention,
} from "./attention.ts";
export { type DirectoryFilter, directoryOf } from "./directory.ts";
export { fetchPolicyFrom, fetchRegisterFrom, fetchScheduleFrom } from "./fetch-signed.ts";
export { FlaggedView, flaggedView } from "./flagged-view.ts";
export type { Member } from "./identity.ts";
export { addIncidentRoutes } from "./incident-routes.ts";
export { KeyFlags } from "./key-flags.ts";
export { LogFollower } from "./log-follower.ts";
export { codeOf, nameSchema } from "./names.ts";
export { PolicyDesk } from "./policy-desk.ts";
export { followSchedule, type ScheduleDeps } from "./records/follow-schedule.ts";
export { createScheduleWatch, RecordKeeper } from "./records/record-keeper.ts";
export { RegisterDesk } from "./register-desk.ts";
export { runProcess } from "./run-process.ts";
export { readServiceStart, SERVICE_SETTINGS, type ServiceStart } from "./service-config.ts";
export {
  type RunningService,
  type ServiceBody,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
  startService,
} from "./start-service.ts";
export { agoOf, postRows, rowsOf, waitingTable, webhookTable } from "./status-tables.ts";
export type { ServiceProcedures } from "./store/service-store.ts";
export {
  instantOf,
  instantText,
  SERVICE_SUMMARY,
  type ServiceSummary,
  type ServiceSummaryDeps,
  summarizeService,
} from "./summary.ts";
