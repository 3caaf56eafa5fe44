import { type KeyObject, sign, verify } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { SignatureAlgorithm } from "#proto";

/** Bytes of a signature of either suite. */
const SIGNATURE_BYTES = 64;
/** Half the order of the group of P-256, rounded down; an S above it is the mirrored one. */
const HALF_ORDER = Buffer.from(
  "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8",
  "hex",
);
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The suite of a key (TP-TRUST-9): what its curve says, never what a message says. */
export function algorithmOf(key: KeyObject): SignatureAlgorithm {
  return key.asymmetricKeyType === "ec" ? SignatureAlgorithm.ES256 : SignatureAlgorithm.UNSPECIFIED;
}

/**
 * Signs bytes with a private key that is here: Ed25519 (RFC 8032), or ECDSA on P-256 with SHA-256
 * and the nonce of RFC 6979, so that the same bytes get the same signature (TP-TRUST-9).
 */
export function signWith(privateKey: KeyObject, bytes: Uint8Array): Uint8Array {
  if (algorithmOf(privateKey) !== SignatureAlgorithm.ES256) return sign(null, bytes, privateKey);
  const secret = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
  return p256.sign(bytes, secret, { lowS: true, prehash: true });
}

/** Verifies on the thread pool; false for any bad signature. */
export function verifyWith(
  publicKey: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (algorithmOf(publicKey) === SignatureAlgorithm.ES256 && !isLow(signature)) {
    return Promise.resolve(false);
  }
  return new Promise((resolve, reject) => {
    verify(digestOf(publicKey), bytes, keyInput(publicKey), signature, (failure, isGood) => {
      if (failure) reject(failure);
      else resolve(isGood);
    });
  });
}

/** Verifies at once; false for any bad signature. */
export function verifyNowWith(
  publicKey: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (algorithmOf(publicKey) === SignatureAlgorithm.ES256 && !isLow(signature)) return false;
  return verify(digestOf(publicKey), bytes, keyInput(publicKey), signature);
}

/**
 * A signature of P-256 in the one form that is taken: R and S of 32 bytes each, S in the lower half
 * of the group. Hardware gives either half; the other is the same signature, mirrored. Undefined
 * for what is no 64 bytes.
 */
export function lowSignature(signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== SIGNATURE_BYTES) return undefined;
  if (isLow(signature)) return signature;
  const high = BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
  if (high >= ORDER) return undefined;
  const low = (ORDER - high).toString(16).padStart(64, "0");
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(low, "hex")]);
}

function isLow(signature: Uint8Array): boolean {
  return (
    signature.length === SIGNATURE_BYTES && Buffer.compare(signature.subarray(32), HALF_ORDER) <= 0
  );
}

function digestOf(key: KeyObject): "sha256" | null {
  return algorithmOf(key) === SignatureAlgorithm.ES256 ? "sha256" : null;
}

function keyInput(key: KeyObject) {
  return { key, dsaEncoding: "ieee-p1363" } as const;
}
