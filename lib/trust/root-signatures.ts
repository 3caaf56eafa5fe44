import type { KeyObject } from "node:crypto";
import { type Refusal, refuse } from "#errors";
import type { Signature } from "#proto";
import { createSigner, type PayloadType, verifyBytesNow } from "./dsse.ts";
import { keyIdOf, rawPublicKey, type SigningKeyPair } from "./keys.ts";

/** Root keys that a file is signed by, and how many of them are enough. */
export interface RootSigners {
  readonly keys: readonly KeyObject[];
  /** From 1 to all of them. */
  readonly threshold: number;
}

/** How many of so many root keys are more than half of them. */
export function majority(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** Root keys more than half of which must sign. */
export function majorityOf(keys: readonly KeyObject[]): RootSigners {
  return { keys, threshold: majority(keys.length) };
}

/** Something that root keys sign: exact bytes, what they are, and the signatures there are. */
export interface RootSigned {
  readonly type: PayloadType;
  readonly payload: Uint8Array;
  readonly signatures: readonly Signature[];
}

/** Signatures with one more of a root key; that of a key that has signed already is replaced. */
export function withRootSignature(
  { payload, signatures, type }: RootSigned,
  root: SigningKeyPair,
): Signature[] {
  const signer = createSigner(root, type);
  const others = signatures.filter(({ keyId }) => keyId !== signer.keyId);
  return [...others, { keyId: signer.keyId, value: signer.sign(payload) }];
}

/** Ids of the root keys that have signed, in the order of the keys. */
export function rootsThatSigned(
  { payload, signatures, type }: RootSigned,
  keys: readonly KeyObject[],
): string[] {
  return keys
    .map((key) => ({ key, keyId: keyIdOf(rawPublicKey(key)) }))
    .filter(({ key, keyId }) =>
      signatures.some(
        (one) => one.keyId === keyId && verifyBytesNow(key, type, payload, one.value),
      ),
    )
    .map(({ keyId }) => keyId);
}

/** Whether as many different root keys have signed as must: SIGNATURE_INVALID, at `field`. */
export function checkRootSignatures(
  signed: RootSigned,
  { keys, threshold }: RootSigners,
  field: string,
): Refusal | undefined {
  const good = rootsThatSigned(signed, keys).length;
  if (threshold >= 1 && good >= threshold) return undefined;
  const detail = `hold ${good} of the ${threshold} root keys that must sign`;
  return refuse("SIGNATURE_INVALID", field, detail);
}
