export { authenticateHeader } from "./authenticate.ts";
export { authorizeHeader } from "./authorize.ts";
export {
  createSigner,
  PAYLOAD_TYPES,
  type PayloadType,
  preAuthEncoding,
  verifyBytes,
} from "./dsse.ts";
export {
  generateSealingKey,
  loadPublicKey,
  loadSealingKey,
  loadSigningKey,
  readSecret,
  type SealingKeyPair,
  savePublicKey,
  saveSealingKey,
  saveSigningKey,
  writeSecret,
} from "./key-files.ts";
export {
  generateSigningKey,
  keyIdOf,
  pairOf,
  publicKeyOf,
  rawPublicKey,
  type SigningKeyPair,
} from "./keys.ts";
export type { OpenedMessage, OpenJob } from "./open.ts";
export {
  loadRegister,
  openRegister,
  type RegisteredKey,
  type RegisterView,
  signRegister,
} from "./register.ts";
export type { PlainPart, SealBinding, SealedParts, SealJob, SealRecipient } from "./seal.ts";
export { createSealer, type Sealer } from "./sealer.ts";
