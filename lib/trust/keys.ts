import { createPublicKey, generateKeyPairSync, hash, type KeyObject } from "node:crypto";
import { TracepostError } from "#errors";

/** Bytes of a raw Ed25519 public key (RFC 8032). */
const PUBLIC_KEY_BYTES = 32;
/** Hex digits of a key id: the first 16 bytes of the digest. */
const KEY_ID_DIGITS = 32;

/** An Ed25519 key pair (RFC 8032) and the id it has in the participant register. */
export interface SigningKeyPair {
  /** First 16 bytes of SHA-256 over the raw public key, lower-case hex. */
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Raw public key, 32 bytes. */
  readonly publicRaw: Uint8Array;
}

/** Makes a fresh signing key. A key gets one purpose and keeps it (TP-TRUST-2). */
export function generateSigningKey(): SigningKeyPair {
  return pairOf(generateKeyPairSync("ed25519").privateKey);
}

/** The pair of a private key. Throws TracepostError KEY_FILE when it is no Ed25519 key. */
export function pairOf(privateKey: KeyObject): SigningKeyPair {
  const publicKey = createPublicKey(privateKey);
  const publicRaw = rawPublicKey(publicKey);
  return { keyId: keyIdOf(publicRaw), privateKey, publicKey, publicRaw };
}

/** Id of a raw public key (TP-TRUST-2). */
export function keyIdOf(publicRaw: Uint8Array): string {
  return hash("sha256", publicRaw, "hex").slice(0, KEY_ID_DIGITS);
}

/**
 * Raw 32 bytes of an Ed25519 public key. Throws TracepostError KEY_FILE for another kind of key.
 */
export function rawPublicKey(publicKey: KeyObject): Uint8Array {
  if (publicKey.asymmetricKeyType !== "ed25519") {
    throw new TracepostError("KEY_FILE", "the key is not an Ed25519 key");
  }
  return Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
}

/** Public key of 32 raw bytes. Throws TracepostError KEY_FILE for another length. */
export function publicKeyOf(publicRaw: Uint8Array): KeyObject {
  if (publicRaw.length !== PUBLIC_KEY_BYTES) {
    throw new TracepostError("KEY_FILE", `a public key has 32 bytes, not ${publicRaw.length}`);
  }
  const x = Buffer.from(publicRaw).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}
