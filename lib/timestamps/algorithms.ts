/** Algorithms that a time-stamp may rest on, by their object identifiers (TP-STAMP-1). */
import { constants, type KeyObject, verify } from "node:crypto";

/** How a note may be digested for a time-stamp. */
export type TimestampDigest = "SHA-256" | "SHA-384" | "SHA-512";

/** Each of them. */
export const TIMESTAMP_DIGESTS: readonly TimestampDigest[] = ["SHA-256", "SHA-384", "SHA-512"];

const DIGEST_IDS: Readonly<Record<TimestampDigest, string>> = {
  "SHA-256": "2.16.840.1.101.3.4.2.1",
  "SHA-384": "2.16.840.1.101.3.4.2.2",
  "SHA-512": "2.16.840.1.101.3.4.2.3",
};

/** Its object identifier. */
export function digestId(digest: TimestampDigest): string {
  return DIGEST_IDS[digest];
}

/** The digest of an object identifier; undefined for SHA-1 and whatever else does not count. */
export function digestOfId(id: string): TimestampDigest | undefined {
  return TIMESTAMP_DIGESTS.find((digest) => DIGEST_IDS[digest] === id);
}

/** Its name in `node:crypto`. */
export function nodeDigest(digest: TimestampDigest): string {
  return digest.replace("-", "").toLowerCase();
}

const RSA = "1.2.840.113549.1.1.1";
const RSA_PSS = "1.2.840.113549.1.1.10";
const ED25519 = "1.3.101.112";
/** Signatures with the digest that they are made over. */
const WITH_DIGEST: ReadonlyMap<string, TimestampDigest> = new Map([
  ["1.2.840.113549.1.1.11", "SHA-256"],
  ["1.2.840.113549.1.1.12", "SHA-384"],
  ["1.2.840.113549.1.1.13", "SHA-512"],
  ["1.2.840.10045.4.3.2", "SHA-256"],
  ["1.2.840.10045.4.3.3", "SHA-384"],
  ["1.2.840.10045.4.3.4", "SHA-512"],
]);

/** Whether a certificate may be signed so: RSA and ECDSA with SHA-2, RSA-PSS, Ed25519. */
export function mayCertify(signatureId: string): boolean {
  return signatureId === RSA_PSS || signatureId === ED25519 || WITH_DIGEST.has(signatureId);
}

/** A signature of a token, as its signer describes it. */
export interface TokenSignature {
  readonly signatureId: string;
  readonly digest: TimestampDigest;
  readonly signed: Uint8Array;
  readonly value: Uint8Array;
}

/** Whether it verifies; undefined for an algorithm that does not count. */
export function verifyTokenSignature(
  key: KeyObject,
  { digest, signatureId, signed, value }: TokenSignature,
): boolean | undefined {
  if (signatureId === ED25519) return verify(null, signed, key, value);
  const named = WITH_DIGEST.get(signatureId);
  const isPlain = named === digest || (signatureId === RSA && key.asymmetricKeyType === "rsa");
  if (isPlain) return verify(nodeDigest(digest), signed, key, value);
  if (signatureId !== RSA_PSS) return undefined;
  const pss = {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_AUTO,
  };
  return verify(nodeDigest(digest), signed, { key, ...pss }, value);
}
