import { hash } from "node:crypto";
import { Signature } from "#proto";

/** Bytes of a SHA-256 digest. */
export const DIGEST_BYTES = 32;

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash("sha256", bytes, "buffer");
}

/** Identifies a message beyond its id: SHA-256 over the header bytes as received (TP-WIRE-3). */
export function headerDigest(headerBytes: Uint8Array): Uint8Array {
  return sha256(headerBytes);
}

/** SHA-256 over the encoded Signature messages, one after the other, in order (TP-WIRE-3). */
export function signaturesDigest(signatures: readonly Signature[]): Uint8Array {
  return sha256(Buffer.concat(signatures.map((signature) => Signature.encode(signature).finish())));
}

/** Whether two byte strings are equal; not for secrets. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && Buffer.compare(left, right) === 0;
}
