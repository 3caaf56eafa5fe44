export { copyGatewayStore, placeFromText } from "./backup/copy-gateway-store.ts";
export { type BackupReport, createBackup } from "./backup/create-backup.ts";
export type { BackupManifest } from "./backup/manifest.ts";
export { type RestoreReport, restoreBackup } from "./backup/restore-backup.ts";
export { type BackupFindings, verifyBackup } from "./backup/verify-backup.ts";
export { addCertificates } from "./certificates/add.ts";
export type { TransportOptions } from "./certificates/first-certificates.ts";
export {
  type CertificateStanding,
  listCertificates,
  openCertified,
} from "./certificates/list.ts";
export { type Renewal, renewCertificates } from "./certificates/renew.ts";
export { parseHostName } from "./certificates/transport-plan.ts";
export { parseListenAddress, writeNatsConfig } from "./external-nats.ts";
export { checkRecordsOf, type RecordsFound } from "./folder/check-records-of.ts";
export { dailyCountsOf } from "./folder/daily-counts-of.ts";
export { evidenceBefore } from "./folder/evidence-before.ts";
export { ExchangePaths, type ParticipantPaths } from "./folder/exchange-paths.ts";
export { registeredLogKey, registeredParticipant } from "./folder/first-register.ts";
export { gatewayPlace, readGatewayStore } from "./folder/gateway-store.ts";
export { initExchange } from "./folder/init-exchange.ts";
export { type LogKeys, logKeysOf, logKeysOfFolder } from "./folder/log-keys.ts";
export {
  isExchangeFolder,
  openExchangeFolder,
} from "./folder/open-exchange-folder.ts";
export type { ParticipantSpec } from "./folder/participant-spec.ts";
export { parseParticipantsYaml } from "./folder/participants-file.ts";
export { writePrivateFile } from "./folder/private-files.ts";
export { isThere, rootSignersOf } from "./folder/root-keys.ts";
export type { StampsUnderRoot } from "./folder/stamp-check.ts";
export {
  type EndedLogVerification,
  type LogVerification,
  verifyLogOf,
} from "./folder/verify-log-of.ts";
export { readLeafDoor, writeLeafDoor } from "./leaf/leaf-door.ts";
export { withdrawLeaf } from "./leaf/leaf-right.ts";
export { NatsFollower } from "./reconcile/follow-register.ts";
export { planLines } from "./reconcile/plan.ts";
export { reconcileOnce } from "./reconcile/reconcile-once.ts";
export { type RotatedUser, rotateCredentials } from "./reconcile/rotate-credentials.ts";
export { rootKeysOf } from "./register/folder-registers.ts";
export { policyOn, registerOn } from "./register/kept-on-day.ts";
export { RegisterFollower } from "./register/register-follower.ts";
export { readStewardStart, startSteward } from "./steward-service.ts";
export {
  exchangeStatus,
  stopRunningExchange,
} from "./supervisor/exchange-status.ts";
export type { ProcessRecord, RunState } from "./supervisor/run-state.ts";
export type { RunningExchange } from "./supervisor/running-exchange.ts";
export {
  type ExchangeEvent,
  type StartOptions,
  startExchange,
} from "./supervisor/start-exchange.ts";
export { openUserDoors } from "./user-doors.ts";
