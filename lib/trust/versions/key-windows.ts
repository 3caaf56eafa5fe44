import type { KeyPurpose, SealingKey, SigningKey, Timestamp } from "#proto";
import { timestampMs } from "#wire";
import { isHybridRecipient } from "../age-file.ts";
import { keyIdOf } from "../keys.ts";

const PUBLIC_KEY_BYTES = 32;

/** Whether two times are a window: both given, the first before the second. */
export function isWindow(from: Timestamp | undefined, to: Timestamp | undefined): boolean {
  const fromMs = timestampMs(from);
  const toMs = timestampMs(to);
  return fromMs !== undefined && toMs !== undefined && fromMs < toMs;
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

/** Whether a signing key is well-formed: its own id, a raw Ed25519 key, a closed window. */
export function isSigningKey({ keyId, notAfter, notBefore, publicKey }: SigningKey): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || keyIdOf(publicKey) !== keyId) return false;
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
