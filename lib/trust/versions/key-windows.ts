import {
  KeyPurpose,
  type SealingKey,
  SignatureAlgorithm,
  type SigningKey,
  type Timestamp,
} from "#proto";
import { timestampMs } from "#wire";
import { isHybridRecipient } from "../age-file.ts";
import { isPublicKeyOf, keyIdOf } from "../keys.ts";

/** What a participant signs itself; the exchange's own keys are Ed25519 (TP-TRUST-9). */
const HARDWARE_PURPOSES: ReadonlySet<KeyPurpose> = new Set([
  KeyPurpose.HEADER,
  KeyPurpose.IDENTITY,
]);

/** Whether two times are a window: both given, the first before the second. */
export function isWindow(from: Timestamp | undefined, to: Timestamp | undefined): boolean {
  const fromMs = timestampMs(from) ?? Number.POSITIVE_INFINITY;
  const toMs = timestampMs(to) ?? Number.NEGATIVE_INFINITY;
  return fromMs < toMs;
}

/** Whether a time lies in a window that may be open at its end; no window without a beginning. */
export function isWithin(
  window: { readonly since: Timestamp | undefined; readonly until: Timestamp | undefined },
  atMs: number,
): boolean {
  const sinceMs = timestampMs(window.since) ?? Number.POSITIVE_INFINITY;
  const untilMs = timestampMs(window.until) ?? Number.POSITIVE_INFINITY;
  return sinceMs <= atMs && atMs < untilMs;
}

/**
 * Whether a signing key is well-formed: its own id, a raw key of the suite it names, which suits
 * its purpose (TP-TRUST-9), a closed window.
 */
export function isSigningKey(key: SigningKey): boolean {
  const { algorithm, keyId, notAfter, notBefore, publicKey, purpose } = key;
  const isEd25519 = algorithm === SignatureAlgorithm.UNSPECIFIED;
  if (!isEd25519 && !HARDWARE_PURPOSES.has(purpose)) return false;
  if (keyIdOf(publicKey) !== keyId || !isPublicKeyOf(algorithm, publicKey)) return false;
  return isWindow(notBefore, notAfter);
}

/** Whether a signing key is well-formed and of a purpose. */
export function isKeyFor(key: SigningKey | undefined, purpose: KeyPurpose): key is SigningKey {
  return key !== undefined && key.purpose === purpose && isSigningKey(key);
}

/** Whether a sealing key is well-formed: a hybrid recipient, a closed window. */
export function isSealingKey({ notAfter, notBefore, recipient }: SealingKey): boolean {
  return isHybridRecipient(recipient) && isWindow(notBefore, notAfter);
}

/** Whether a key counts at a time: inside its window and not revoked by then. */
export function isValidAt(key: SigningKey, atMs: number): boolean {
  const revokedAtMs = timestampMs(key.revokedAt) ?? Number.POSITIVE_INFINITY;
  const window = { since: key.notBefore, until: key.notAfter };
  return key.notAfter !== undefined && isWithin(window, atMs) && atMs < revokedAtMs;
}

/** Id of a sealing key, for its revocation: as of a signing key, over the text of the recipient. */
export function sealingKeyId(recipient: string): string {
  return keyIdOf(Buffer.from(recipient));
}
