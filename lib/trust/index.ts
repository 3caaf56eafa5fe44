// The door of lib/trust: keys, the participant register, signatures, seals (docs/spec/trust.md).

export { decryptWith, encryptTo, isHybridRecipient } from "./age-file.ts";
export { authenticateHeader } from "./authenticate.ts";
export { isBound, isMemberOf } from "./boundness.ts";
export { checkpointKeysOf } from "./checkpoint-keys.ts";
export { CurrentRegister, type EarlierRegister } from "./current-register.ts";
export {
  createSigner,
  PAYLOAD_TYPES,
  type PayloadType,
  preAuthEncoding,
  verifyBytes,
  verifyBytesNow,
} from "./dsse.ts";
export { authenticateFeedRequest, signFeedRequest } from "./feed-request.ts";
export { checkGroup, expandGroup, groupMembers } from "./groups.ts";
export { checkReplyHandling, strictestOf } from "./handling.ts";
export {
  generateSealingKey,
  loadPublicKey,
  loadSealingKey,
  loadSigningKey,
  type SealingKeyPair,
  savePublicKey,
  saveSealingKey,
  saveSigningKey,
} from "./key-files.ts";
export { loadSealingKeys, SigningRing } from "./key-ring.ts";
export {
  generateSigningKey,
  keyIdOf,
  pairOf,
  publicKeyOf,
  rawPublicKey,
  type SigningKeyPair,
  SUITES,
  signatureAlgorithm,
} from "./keys.ts";
export {
  generateLogKey,
  type LogKeyPair,
  loadLogKey,
} from "./log-key.ts";
export {
  mayRelease,
  type ReleaseGrant,
  type ReleaseGround,
  type ReleaseQuestion,
} from "./may-release.ts";
export type { OpenedMessage, OpenJob } from "./open.ts";
export {
  firstStatement,
  type KeyRenewal,
  makeOwnKeys,
  type OwnKeyOptions,
  type OwnKeys,
  renewOwnKeys,
} from "./own-statement.ts";
export { type AskPassphrase, noPassphrase } from "./passphrase.ts";
export { loadProtectedKey, saveProtectedKey } from "./protected-key.ts";
export { partiesGroup, receivingUnit } from "./receiving-unit.ts";
export { makeKeyCopy, openKeyCopy, restoreKeyCopy } from "./recovery/key-copy.ts";
export { openOwnCopy, type RecoveryPart } from "./recovery/own-copy.ts";
export { loadRecoveryRecipient } from "./recovery/recovery-recipient.ts";
export {
  combineShares,
  makeRecoveryKey,
  parseRecoveryShare,
  type RecoveryShare,
  recoveryKeyName,
} from "./recovery/recovery-shares.ts";
export {
  loadRegister,
  openOrThrow,
  openRegister,
  openRegisterOf,
  signRegister,
  type VerifiedRegister,
} from "./register.ts";
export {
  type KeptRegisters,
  openRegisterClient,
  pinsOf,
  RegisterClient,
  type RegisterVerdict,
} from "./register-client.ts";
export {
  createRegisterView,
  type RegisteredKey,
  type RegisteredWitness,
  type RegisterView,
  type WitnessSet,
} from "./register-view.ts";
export {
  checkRootSignatures,
  majority,
  majorityOf,
  type RootSigned,
  type RootSigners,
  rootsThatSigned,
  withRootSignature,
} from "./root-signatures.ts";
export type { PlainPart, SealBinding, SealedParts, SealJob, SealRecipient } from "./seal.ts";
export { createSealer, type Sealer, type SealerOptions } from "./sealer.ts";
export { readSecret, writePublic, writeSecret } from "./secret-file.ts";
export { lowSignature } from "./signature-suites.ts";
export { ExternalSigner } from "./signers/external-signer.ts";
export { fileSigner, type KeySigner, signerFor } from "./signers/key-signer.ts";
export { isExternalKey, type KeySource, loadKeySigner } from "./signers/key-source.ts";
export { parseSignerResponse } from "./signers/signer-protocol.ts";
export { type CompromisedKey, compromisedKeys } from "./versions/compromised-keys.ts";
export { draftRegister, type RegisterDraft } from "./versions/draft-register.ts";
export {
  admittedEntry,
  entryFor,
  keyIdsOf,
  type RevocationOrder,
  withDisclosures,
  withEntry,
  withRevocations,
  withStatement,
  withStatus,
} from "./versions/edit-entries.ts";
export {
  type EndingKey,
  endingKeys,
  endingStage,
  endingText,
} from "./versions/ending-keys.ts";
export { exchangeKey, revokedKeys } from "./versions/exchange-keys.ts";
export { signFreshness } from "./versions/freshness.ts";
export type { KeyDoubt } from "./versions/key-doubts.ts";
export {
  type OpenedStatement,
  openKeyStatement,
  signKeyStatement,
} from "./versions/key-statement.ts";
export { isValidAt, sealingKeyId } from "./versions/key-windows.ts";
export {
  addSuccessionSignature,
  draftSuccession,
  isSuccessionSigned,
  type OpenedSuccession,
  parseSuccession,
  successionSignatures,
} from "./versions/log-succession.ts";
export { type OpenedManifest, openManifest } from "./versions/manifest.ts";
export { merkleRoot } from "./versions/merkle-root.ts";
export { asRegisterBundle, givenRoots, openBundle } from "./versions/open-bundle.ts";
export {
  type OwnIdentity,
  type RegisterAlarm,
  registerAlarms,
} from "./versions/register-alarms.ts";
export {
  bundleOf,
  formatRegisterBundle,
  freshnessBundle,
  freshnessOf,
  parseRegisterBundle,
  registerDelta,
  withEntries,
} from "./versions/register-bundle.ts";
export {
  draftSuccessor,
  isDraft,
  type RegisterChange,
  type RegisterContent,
  registerContent,
} from "./versions/register-content.ts";
export { entryDigest, type OpenedEntry, openEntry } from "./versions/register-entry.ts";
export {
  entryFacts,
  manifestFacts,
  type RegisterDifference,
  registerDifferences,
} from "./versions/register-facts.ts";
export { formatRegisterPins, parseRegisterPins } from "./versions/register-pins.ts";
export {
  REGISTER_REFUSALS,
  type RegisterOutcome,
  type RegisterRefusal,
  type RegisterRefusalCode,
} from "./versions/register-refusal.ts";
export {
  isServedBy,
  type RegisterStanding,
  type RegisterStandingName,
  registerStanding,
} from "./versions/register-standing.ts";
export {
  firstState,
  hearVersion,
  isBehind,
  type RegisterState,
  type TakenRegister,
} from "./versions/register-state.ts";
export {
  meetsThreshold,
  rootSetProblem,
  rootSignatures,
  signManifest,
} from "./versions/root-signatures.ts";
export { type StandingNotice, standingNotice } from "./versions/standing-notice.ts";
export { believeStatement, type Taking, takeRegister } from "./versions/take-register.ts";
