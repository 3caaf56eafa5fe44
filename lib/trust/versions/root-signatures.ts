import type { RootKeySet, SignedManifest } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { PAYLOAD_TYPES, verifyBytesNow } from "../dsse.ts";
import { keyIdOf, publicKeyOf, type SigningKeyPair } from "../keys.ts";
import { withRootSignature } from "../root-signatures.ts";

const PUBLIC_KEY_BYTES = 32;
const STATE = /^[A-Z]{2}$/;

/**
 * What is wrong with a set of root keys (TP-REG-2), or undefined: a threshold of at least one and
 * at most all, keys of their own ids, each once, each in a State.
 */
export function rootSetProblem(roots: RootKeySet): string | undefined {
  const { keys, threshold } = roots;
  if (keys.length > REGISTER_LIMITS.rootKeysMax) {
    return `hold more than ${REGISTER_LIMITS.rootKeysMax} keys`;
  }
  if (threshold < 1 || threshold > keys.length) {
    return `need ${threshold} signatures of ${keys.length} keys`;
  }
  for (const { keyId, publicKey, state } of keys) {
    if (publicKey.length !== PUBLIC_KEY_BYTES || keyIdOf(publicKey) !== keyId) {
      return "hold a key that is not the one of its id";
    }
    if (!STATE.test(state)) return "hold a key without the State it lies in";
  }
  if (new Set(keys.map(({ keyId }) => keyId)).size !== keys.length) return "hold a key twice";
  return undefined;
}

/** How many different keys of a set have signed a manifest; what others wrote is ignored. */
export function rootSignatures(signed: SignedManifest, roots: RootKeySet): number {
  return roots.keys.filter(({ keyId, publicKey }) =>
    signed.signatures.some(
      (signature) =>
        signature.keyId === keyId &&
        verifyBytesNow(
          publicKeyOf(publicKey),
          PAYLOAD_TYPES.registerManifest,
          signed.manifest,
          signature.value,
        ),
    ),
  ).length;
}

/** Whether enough root keys of a set have signed a manifest (TP-REG-2). */
export function meetsThreshold(signed: SignedManifest, roots: RootKeySet): boolean {
  return roots.threshold >= 1 && rootSignatures(signed, roots) >= roots.threshold;
}

/** A manifest with one more signature; that of a key that has signed already is replaced. */
export function signManifest(signed: SignedManifest, root: SigningKeyPair): SignedManifest {
  const { manifest, signatures } = signed;
  const type = PAYLOAD_TYPES.registerManifest;
  return { manifest, signatures: withRootSignature({ type, payload: manifest, signatures }, root) };
}
