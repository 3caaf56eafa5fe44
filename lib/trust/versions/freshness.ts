import { RegisterFreshness, type SignedFreshness } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { decodeExactly, encodeMessage, equalBytes, timestampMs, toTimestamp } from "#wire";
import { createSigner, PAYLOAD_TYPES, verifyBytesNow } from "../dsse.ts";
import { publicKeyOf, type SigningKeyPair } from "../keys.ts";
import { isValidAt } from "./key-windows.ts";
import type { OpenedManifest } from "./manifest.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";

/** Signs that a version is the newest at a time (TP-REG-3). */
export function signFreshness(
  of: OpenedManifest,
  key: SigningKeyPair,
  nowMs: number,
): SignedFreshness {
  const freshness = encodeMessage(RegisterFreshness, {
    version: of.manifest.version,
    manifestSha256: of.digest,
    signedAt: toTimestamp(nowMs),
  });
  const signer = createSigner(key, PAYLOAD_TYPES.registerFreshness);
  return { freshness, signature: { keyId: signer.keyId, value: signer.sign(freshness) } };
}

/**
 * When a version was said to be the newest, in milliseconds since 1970 (TP-REG-3): signed by a
 * freshness key of that version, valid then, of these manifest bytes, not ahead of the clock.
 * FRESHNESS otherwise.
 */
export function openFreshness(
  signed: SignedFreshness,
  of: OpenedManifest,
  nowMs: number,
): RegisterOutcome<number> {
  const refused = (detail: string) => registerRefused("FRESHNESS", "freshness", detail);
  const freshness = decodeExactly(RegisterFreshness, signed.freshness);
  const signedAtMs = timestampMs(freshness?.signedAt);
  if (freshness === undefined || signedAtMs === undefined)
    return refused("is not encoded as we do");
  const isOfThis =
    freshness.version === of.manifest.version && equalBytes(freshness.manifestSha256, of.digest);
  if (!isOfThis) return refused(`is of version ${freshness.version}, or of another manifest`);
  const { signature } = signed;
  const key = of.manifest.freshnessKeys.find(({ keyId }) => keyId === signature?.keyId);
  if (signature === undefined || key === undefined || !isValidAt(key, signedAtMs)) {
    return refused("is signed by no freshness key that was valid then");
  }
  const publicKey = publicKeyOf(key.publicKey);
  const type = PAYLOAD_TYPES.registerFreshness;
  if (!verifyBytesNow(publicKey, type, signed.freshness, signature.value)) {
    return refused("has a signature that does not verify");
  }
  if (signedAtMs > nowMs + REGISTER_LIMITS.aheadMsMax) return refused("was signed ahead of time");
  return { ok: true, value: signedAtMs };
}
