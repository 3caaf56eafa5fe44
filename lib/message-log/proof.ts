/** Checks of proofs, without a store: what any participant can do offline (TP-LOG-6, TP-LOG-7). */
import { hashChildren, isHash, sameBytes } from "./hashing.ts";
import { isSize } from "./positions.ts";
import { LOG_TREE, type TreeHash } from "./tree-hash.ts";

/** A claim that a leaf stands at an index of a tree. */
export interface InclusionClaim {
  readonly leafHash: Uint8Array;
  readonly index: number;
  /** Number of leaves of the tree. */
  readonly size: number;
  /** RFC 6962 audit path, leaf to root. */
  readonly path: readonly Uint8Array[];
  readonly rootHash: Uint8Array;
}

/** A claim that one tree is another with leaves appended. */
export interface ConsistencyClaim {
  readonly size1: number;
  readonly root1: Uint8Array;
  readonly size2: number;
  readonly root2: Uint8Array;
  /** RFC 6962 consistency proof. */
  readonly proof: readonly Uint8Array[];
}

/** Whether the path leads from the leaf to the root (RFC 9162 section 2.1.3.2). Never throws. */
export function verifyInclusion(claim: InclusionClaim, tree: TreeHash = LOG_TREE): boolean {
  const { leafHash, index, size, path, rootHash } = claim;
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  if (![leafHash, rootHash, ...path].every(({ length }) => length === tree.bytes)) return false;
  let position = index;
  let last = size - 1;
  let node = leafHash;
  for (const sibling of path) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      node = tree.children(sibling, node);
      // A lone last node has moved up unchanged until it became somebody's right child.
      while (position % 2 === 0 && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      node = tree.children(node, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && sameBytes(node, rootHash);
}

/**
 * Whether the second tree begins with the first (RFC 9162 section 2.1.4.2). Says no from size 0,
 * from which nothing can be proven. For equal sizes the roots must be equal and the proof empty.
 * Never throws.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { size1, root1, size2, root2, proof } = claim;
  if (!isSize(size1) || !isSize(size2) || size1 === 0 || size1 > size2) return false;
  if (root1.length === 0 || root2.length === 0) return false;
  if (size1 === size2) return proof.length === 0 && sameBytes(root1, root2);
  if (!isHash(root1) || !isHash(root2) || !proof.every(isHash)) return false;
  return foldConsistency(claim);
}

function foldConsistency(claim: ConsistencyClaim): boolean {
  const { size1, root1, size2, root2, proof } = claim;
  let position = size1 - 1;
  let last = size2 - 1;
  while (position % 2 === 1) {
    position = half(position);
    last = half(last);
  }
  // A first tree that is one perfect subtree is its own start of the proof.
  const rest = position === 0 ? [...proof] : proof.slice(1);
  const start = position === 0 ? root1 : proof[0];
  if (start === undefined) return false;
  let node1 = start;
  let node2 = start;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      node1 = hashChildren(sibling, node1);
      node2 = hashChildren(sibling, node2);
      while (position % 2 === 0 && position !== 0) {
        position = half(position);
        last = half(last);
      }
    } else {
      node2 = hashChildren(node2, sibling);
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && sameBytes(node1, root1) && sameBytes(node2, root2);
}

function half(position: number): number {
  return Math.floor(position / 2);
}
