import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from "node:crypto";

/** DER of a PKCS#8 Ed25519 private key up to its 32 secret bytes (RFC 8410). */
const PKCS8_START = Buffer.from("302e020100300506032b657004220420", "hex");
/** DER of an SPKI Ed25519 public key up to its 32 bytes. */
const SPKI_START_BYTES = 12;

/** A signing key that everybody knows, made from its name. */
export interface FixedKey {
  readonly name: string;
  readonly seed: Buffer;
  readonly privateKey: KeyObject;
  readonly publicRaw: Buffer;
  /** First 16 bytes of SHA-256 over the raw public key, lower-case hex. */
  readonly keyId: string;
}

/** The test key of a name: its seed is SHA-256("tracepost vector key " ‖ name). */
export function fixedKey(name: string): FixedKey {
  const seed = hash("sha256", `tracepost vector key ${name}`, "buffer");
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_START, seed]),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const publicRaw = spki.subarray(SPKI_START_BYTES);
  return {
    name,
    seed,
    privateKey,
    publicRaw,
    keyId: hash("sha256", publicRaw, "hex").slice(0, 32),
  };
}

/** DSSE v1: `DSSEv1 <bytes of type> <type> <bytes of payload> <payload>`. */
export function preAuthentication(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "ascii"), payload]);
}

/** Signs a payload for one purpose. */
export function signAs(key: FixedKey, payloadType: string, payload: Uint8Array): Buffer {
  return sign(null, preAuthentication(payloadType, payload), key.privateKey);
}

/** The payload types of the contract. */
export const PAYLOAD_TYPE = {
  header: "application/vnd.tracepost.header.v1",
  receipt: "application/vnd.tracepost.receipt.v1",
  register: "application/vnd.tracepost.register.v1",
  registerManifest: "application/vnd.tracepost.register-manifest.v1",
  registerFreshness: "application/vnd.tracepost.register-freshness.v1",
  keyStatement: "application/vnd.tracepost.key-statement.v1",
  policy: "application/vnd.tracepost.policy.v1",
  postCopy: "application/vnd.tracepost.post-copy.v1",
  postLog: "application/vnd.tracepost.post-log.v1",
} as const;
