import { createPublicKey, generateKeyPairSync, hash, type KeyObject } from "node:crypto";
import { TracepostError } from "#errors";
import { SignatureAlgorithm } from "#proto";
import { algorithmOf } from "./signature-suites.ts";

/** Bytes of a raw Ed25519 public key (RFC 8032). */
const ED25519_BYTES = 32;
/** Bytes of a compressed point of P-256 (SEC 1, 2.3.3). */
const P256_BYTES = 33;
/** DER of an SPKI P-256 public key up to its compressed point (RFC 5480). */
const P256_SPKI = Buffer.from("3039301306072a8648ce3d020106082a8648ce3d030107032200", "hex");
/** Hex digits of a key id: the first 16 bytes of the digest. */
const KEY_ID_DIGITS = 32;

/** A key pair of one of the two suites (TP-TRUST-9), and its id in the participant register. */
export interface SigningKeyPair {
  /** First 16 bytes of SHA-256 over the raw public key, lower-case hex. */
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Raw public key: 32 bytes of Ed25519, or a compressed point of P-256, 33 bytes. */
  readonly publicRaw: Uint8Array;
  /** UNSPECIFIED is Ed25519. */
  readonly algorithm: SignatureAlgorithm;
}

/** Words for the two suites, as files and options name them. */
export const SUITES = {
  ed25519: SignatureAlgorithm.UNSPECIFIED,
  es256: SignatureAlgorithm.ES256,
} as const;

/** The suite of a word; Ed25519 when none is given. */
export function signatureAlgorithm(suite: keyof typeof SUITES = "ed25519"): SignatureAlgorithm {
  return SUITES[suite];
}

/** Makes a fresh signing key. A key gets one purpose and keeps it (TP-TRUST-2). */
export function generateSigningKey(
  algorithm: SignatureAlgorithm = SignatureAlgorithm.UNSPECIFIED,
): SigningKeyPair {
  if (algorithm === SignatureAlgorithm.ES256) {
    return pairOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
  }
  return pairOf(generateKeyPairSync("ed25519").privateKey);
}

/** The pair of a private key. Throws TracepostError KEY_FILE when it is of neither suite. */
export function pairOf(privateKey: KeyObject): SigningKeyPair {
  const publicKey = createPublicKey(privateKey);
  const publicRaw = rawPublicKey(publicKey);
  const algorithm = algorithmOf(publicKey);
  return { keyId: keyIdOf(publicRaw), privateKey, publicKey, publicRaw, algorithm };
}

/** Id of a raw public key (TP-TRUST-2). */
export function keyIdOf(publicRaw: Uint8Array): string {
  return hash("sha256", publicRaw, "hex").slice(0, KEY_ID_DIGITS);
}

/**
 * Raw public key: 32 bytes of Ed25519, or the compressed point of P-256. Throws TracepostError
 * KEY_FILE for another kind of key.
 */
export function rawPublicKey(publicKey: KeyObject): Uint8Array {
  if (publicKey.asymmetricKeyType === "ed25519") {
    return Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  }
  if (publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new TracepostError("KEY_FILE", "the key is neither an Ed25519 nor a P-256 key");
  }
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const isOdd = ((Buffer.from(y, "base64url").at(-1) ?? 0) & 1) === 1;
  return Buffer.concat([Buffer.from([isOdd ? 3 : 2]), Buffer.from(x, "base64url")]);
}

/**
 * Public key of raw bytes, whose length says the suite. Throws TracepostError KEY_FILE for another
 * length, and for bytes that are no point of the curve.
 */
export function publicKeyOf(publicRaw: Uint8Array): KeyObject {
  if (publicRaw.length === ED25519_BYTES) {
    const x = Buffer.from(publicRaw).toString("base64url");
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  }
  if (publicRaw.length !== P256_BYTES) {
    const lengths = `${ED25519_BYTES} or ${P256_BYTES}`;
    throw new TracepostError("KEY_FILE", `a public key has ${lengths} bytes`, {
      problems: [`this one has ${publicRaw.length}`],
    });
  }
  try {
    const key = Buffer.concat([P256_SPKI, publicRaw]);
    return createPublicKey({ key, format: "der", type: "spki" });
  } catch (caught) {
    throw new TracepostError("KEY_FILE", "the public key is no point of P-256", { cause: caught });
  }
}

/** Whether raw bytes are a public key of this suite, and no other. */
export function isPublicKeyOf(algorithm: SignatureAlgorithm, publicRaw: Uint8Array): boolean {
  if (algorithm === SignatureAlgorithm.UNSPECIFIED) return publicRaw.length === ED25519_BYTES;
  if (algorithm !== SignatureAlgorithm.ES256 || publicRaw.length !== P256_BYTES) return false;
  try {
    // What another encoder would write for this point; a compressed one has no second form.
    return Buffer.compare(rawPublicKey(publicKeyOf(publicRaw)), publicRaw) === 0;
  } catch {
    return false;
  }
}
