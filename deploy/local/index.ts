export { ExchangePaths, type ParticipantPaths } from "./folder/exchange-paths.ts";
export { type InitOptions, initExchange } from "./folder/init-exchange.ts";
export type { FolderMarker } from "./folder/marker.ts";
export {
  type ExchangeLayout,
  isExchangeFolder,
  openExchangeFolder,
} from "./folder/open-exchange-folder.ts";
export type { InstrumentSpec, ParticipantSpec } from "./folder/participant-spec.ts";
export { parseParticipantsYaml } from "./folder/participants-file.ts";
export type { ServiceTuning } from "./folder/service-configs.ts";
export { type LogVerification, verifyLogOf } from "./folder/verify-log-of.ts";
export type { StewardIncident, StewardReport } from "./steward.ts";
export type { ExchangePrograms } from "./supervisor/exchange-processes.ts";
export {
  type DownOptions,
  type ExchangeStatus,
  exchangeStatus,
  stopRunningExchange,
} from "./supervisor/exchange-status.ts";
export type { ProcessEvent } from "./supervisor/managed-process.ts";
export type { ProcessRecord, RunState } from "./supervisor/run-state.ts";
export type {
  ProcessControl,
  RunningExchange,
  RunningParticipant,
} from "./supervisor/running-exchange.ts";
export {
  type ExchangeEvent,
  type StartOptions,
  startExchange,
} from "./supervisor/start-exchange.ts";
