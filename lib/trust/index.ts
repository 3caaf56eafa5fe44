// The door of lib/trust: keys, the participant register, signatures, seals (docs/spec/trust.md).

export { decryptWith, encryptTo, isHybridRecipient } from "./age-file.ts";
export { authenticateHeader } from "./authenticate.ts";
export { authorizeHeader } from "./authorize.ts";
export {
  CurrentRegister,
  type EarlierRegister,
  type RegisterListener,
} from "./current-register.ts";
export {
  createSigner,
  PAYLOAD_TYPES,
  type PayloadType,
  preAuthEncoding,
  verifyBytes,
  verifyBytesNow,
} from "./dsse.ts";
export { expandGroup, groupMembers } from "./groups.ts";
export { checkReplyHandling } from "./handling.ts";
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
export {
  generateSigningKey,
  keyIdOf,
  pairOf,
  publicKeyOf,
  rawPublicKey,
  type SigningKeyPair,
} from "./keys.ts";
export { mayRelease } from "./may-release.ts";
export type { OpenedMessage, OpenJob } from "./open.ts";
export { partiesGroup, receivingUnit } from "./receiving-unit.ts";
export { loadRegister, openRegister, signRegister } from "./register.ts";
export type { RegisteredKey, RegisterView } from "./register-view.ts";
export type { PlainPart, SealBinding, SealedParts, SealJob, SealRecipient } from "./seal.ts";
export { createSealer, type Sealer, type SealerOptions } from "./sealer.ts";
export { readSecret, writeSecret } from "./secret-file.ts";
