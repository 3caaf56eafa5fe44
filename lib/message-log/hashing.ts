import { DIGEST_BYTES } from "#wire";

export { emptyRoot, hashChildren, hashLeaf } from "#wire";

/** Length of every hash of the log: SHA-256. */
export const HASH_BYTES = DIGEST_BYTES;

/** Whether bytes have the length of a hash. */
export function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

/** Whether two byte strings are equal; nothing here is secret, so time may tell. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
