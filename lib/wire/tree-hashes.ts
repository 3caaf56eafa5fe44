import { hash } from "node:crypto";
import { DIGEST_BYTES } from "./digests.ts";

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;
const NODE_BYTES = 1 + 2 * DIGEST_BYTES;

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
  input.set(right, 1 + DIGEST_BYTES);
  return sha256(input);
}

/** Root of the empty tree: SHA-256 of nothing (TP-LOG-1). */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array(0));
}

/** Plain Uint8Array, because Node's Buffer compares and prints differently in users' hands. */
function sha256(input: Uint8Array): Uint8Array {
  const digest = hash("sha256", input, "buffer");
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength);
}
