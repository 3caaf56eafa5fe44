import { KeyPurpose, RegisterManifest, type RootKeySet, type SignedManifest } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { decodeExactly, equalBytes, sha256, timestampMs } from "#wire";
import { isKeyFor, isSigningKey, isWindow } from "./key-windows.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";
import { rootSetProblem } from "./root-signatures.ts";

const DIGEST_BYTES = 32;

/** A manifest that is well-formed; whether it is signed is for who follows it. */
export interface OpenedManifest {
  readonly signed: SignedManifest;
  readonly manifest: RegisterManifest;
  /** Root keys that sign the next one. */
  readonly roots: RootKeySet;
  /** SHA-256 of the exact bytes. */
  readonly digest: Uint8Array;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** Reads a manifest (TP-REG-1): MALFORMED with the field that is wrong. */
export function openManifest(signed: SignedManifest): RegisterOutcome<OpenedManifest> {
  const refused = (field: string, detail: string) =>
    registerRefused("MALFORMED", field === "" ? "manifest" : `manifest.${field}`, detail);
  if (signed.manifest.length > REGISTER_LIMITS.manifestBytesMax) {
    return refused("", `is over ${REGISTER_LIMITS.manifestBytesMax} bytes`);
  }
  const manifest = decodeExactly(RegisterManifest, signed.manifest);
  if (manifest === undefined) return refused("", "is not encoded as we do");
  if (manifest.version < 1n) return refused("version", "begins at 1");
  if (!isWindow(manifest.issuedAt, manifest.expiresAt)) {
    return refused("expires_at", "must be later than issued_at");
  }
  const issuedAtMs = timestampMs(manifest.issuedAt) ?? 0;
  const expiresAtMs = timestampMs(manifest.expiresAt) ?? 0;
  if (expiresAtMs - issuedAtMs > REGISTER_LIMITS.manifestLifeMsMax) {
    return refused("expires_at", "is more than 31 days after issued_at");
  }
  const previousBytes = manifest.version === 1n ? 0 : DIGEST_BYTES;
  if (manifest.previousSha256.length !== previousBytes) {
    return refused("previous_sha256", `has ${previousBytes} bytes in version ${manifest.version}`);
  }
  if (manifest.entriesRoot.length !== DIGEST_BYTES) return refused("entries_root", "has 32 bytes");
  const { roots } = manifest;
  if (roots === undefined) return refused("roots", "are missing");
  const rootProblem = rootSetProblem(roots);
  if (rootProblem !== undefined) return refused("roots", rootProblem);
  // Gateway keys and groups are checked with the register as a whole.
  if (!manifest.freshnessKeys.every((key) => isKeyFor(key, KeyPurpose.FRESHNESS))) {
    return refused("freshness_keys", "hold a bad key");
  }
  if (!manifest.gatewayKeys.every(isSigningKey)) return refused("gateway_keys", "hold a bad key");
  const digest = sha256(signed.manifest);
  return { ok: true, value: { signed, manifest, roots, digest, issuedAtMs, expiresAtMs } };
}

/** Whether two manifests are the same bytes. */
export function isSameManifest(left: OpenedManifest, right: OpenedManifest): boolean {
  return equalBytes(left.digest, right.digest);
}
