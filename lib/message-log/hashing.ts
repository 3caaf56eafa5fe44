import { hash } from "node:crypto";

/** Length of every hash of the log: SHA-256. */
export const HASH_BYTES = 32;

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;
const NODE_BYTES = 1 + 2 * HASH_BYTES;

/** Hash of a leaf: SHA-256(0x00 ‖ entry) (TP-LOG-1, RFC 6962 section 2.1). */
export function hashLeaf(entry: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + entry.length);
  input[0] = LEAF_PREFIX;
  input.set(entry, 1);
  return sha256(input);
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (TP-LOG-1, RFC 6962 section 2.1). */
export function hashChildren(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(NODE_BYTES);
  input[0] = NODE_PREFIX;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}

/** Root of the empty tree: SHA-256 of nothing (TP-LOG-1). */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array(0));
}

/** Whether bytes have the length of a hash. */
export function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

/** Whether two byte strings are equal; nothing here is secret, so time may tell. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

/** Plain Uint8Array, because Node's Buffer compares and prints differently in users' hands. */
function sha256(input: Uint8Array): Uint8Array {
  const digest = hash("sha256", input, "buffer");
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength);
}
