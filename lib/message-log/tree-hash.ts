/** How leaves and nodes of a tree are hashed: RFC 6962, with whatever algorithm (TP-RENEW-1). */
import { hash } from "node:crypto";
import { HASH_BYTES, hashChildren, hashLeaf } from "./hashing.ts";

/** The hashes of one kind of tree. */
export interface TreeHash {
  readonly bytes: number;
  readonly leaf: (data: Uint8Array) => Uint8Array;
  readonly children: (left: Uint8Array, right: Uint8Array) => Uint8Array;
}

/** That of the log itself. */
export const LOG_TREE: TreeHash = { bytes: HASH_BYTES, leaf: hashLeaf, children: hashChildren };

/** Algorithms that the log may be hashed with again, by their names in a renewal. */
const ALGORITHMS = { "SHA-512": "sha512", "SHA3-512": "sha3-512" } as const;

/** One of them. */
export type RenewalDigest = keyof typeof ALGORITHMS;

/** Their names. */
export const RENEWAL_DIGESTS: readonly RenewalDigest[] = ["SHA-512", "SHA3-512"];

/** Whether a name is one of them. */
export function isRenewalDigest(name: string): name is RenewalDigest {
  return Object.hasOwn(ALGORITHMS, name);
}

/** Digest of bytes by one of the algorithms. */
export function digestBy(name: RenewalDigest, ...pieces: readonly Uint8Array[]): Uint8Array {
  return hash(ALGORITHMS[name], Buffer.concat(pieces), "buffer");
}

/** The tree of RFC 6962 with that algorithm. */
export function renewalTree(name: RenewalDigest): TreeHash {
  return {
    bytes: 64,
    leaf: (data) => digestBy(name, LEAF, data),
    children: (left, right) => digestBy(name, NODE, left, right),
  };
}

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
