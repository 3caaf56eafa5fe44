import type { KeyObject } from "node:crypto";
import type { SignatureAlgorithm } from "#proto";
import type { MessageSigner } from "#wire";
import { type PayloadType, preAuthEncoding } from "../dsse.ts";
import type { SigningKeyPair } from "../keys.ts";
import { signWith } from "../signature-suites.ts";

/** A key that signs, wherever its private half lies (TP-SIGN-1). */
export interface KeySigner {
  /** Its id in the participant register. */
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: KeyObject;
  readonly publicRaw: Uint8Array;
  /**
   * Signs a payload under its type. Rejects with TracepostError UNAVAILABLE while the key cannot be
   * reached; whoever asked keeps what was to be signed, and asks again.
   */
  sign(type: PayloadType, payload: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Signs with a private key that is here. */
export function fileSigner(pair: SigningKeyPair): KeySigner {
  const { algorithm, keyId, privateKey, publicKey, publicRaw } = pair;
  return {
    ...{ algorithm, keyId, publicKey, publicRaw },
    sign: (type, payload) => signWith(privateKey, preAuthEncoding(type, payload)),
  };
}

/** A key for one purpose. */
export function signerFor(key: KeySigner, type: PayloadType): MessageSigner {
  return { keyId: key.keyId, sign: (payload) => key.sign(type, payload) };
}
