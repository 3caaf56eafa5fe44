/** Roots and proofs of a tree whose nodes come from anywhere: a store, or tiles over HTTP. */
import { TracepostError } from "#errors";
import { emptyRoot } from "./hashing.ts";
import { above, heightOf, isSize, splitOf } from "./positions.ts";
import { LOG_TREE, type TreeHash } from "./tree-hash.ts";

/** Gives nodes of one tree. */
export interface TreeNodes {
  /** Root of the perfect subtree at a height and position. Throws STORE when it is not there. */
  node(height: number, position: number): Promise<Uint8Array>;
  /** How its nodes are hashed; left out: as those of the log. */
  readonly hash?: TreeHash;
}

/** Root of the tree of the first `size` leaves. */
export async function treeRoot(nodes: TreeNodes, size: number): Promise<Uint8Array> {
  return size === 0 ? emptyRoot() : await rangeRoot(nodes, 0, size);
}

/**
 * Inclusion path of a leaf in the tree of the first `size` leaves, leaf to root (RFC 6962 section
 * 2.1.1). Throws INTERNAL unless `index` < `size`.
 */
export async function treeInclusionPath(
  nodes: TreeNodes,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  if (!isSize(index) || index >= size) {
    throw new TracepostError("INTERNAL", `no leaf ${index} in a tree of size ${size}`);
  }
  const path: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    const left = index < middle;
    path.unshift(
      left ? await rangeRoot(nodes, middle, end) : await rangeRoot(nodes, start, middle),
    );
    [start, end] = left ? [start, middle] : [middle, end];
  }
  return path;
}

/**
 * Proof that the tree of `size1` leaves is the beginning of that of `size2` (RFC 6962 section
 * 2.1.2); empty for equal sizes. Throws INTERNAL unless 0 < `size1` ≤ `size2`.
 */
export async function treeConsistency(
  nodes: TreeNodes,
  size1: number,
  size2: number,
): Promise<Uint8Array[]> {
  if (!isSize(size1) || size1 === 0 || size1 > size2) {
    throw new TracepostError("INTERNAL", `no proof leads from size ${size1} to ${size2}`);
  }
  const proof: Uint8Array[] = [];
  let [start, end] = [0, size2];
  while (end !== size1) {
    const middle = start + splitOf(end - start);
    const left = size1 <= middle;
    proof.unshift(
      left ? await rangeRoot(nodes, middle, end) : await rangeRoot(nodes, start, middle),
    );
    [start, end] = left ? [start, middle] : [middle, end];
  }
  // A subtree that begins at the first leaf is the old tree itself, whose root the verifier has.
  return start === 0 ? proof : [await rangeRoot(nodes, start, end), ...proof];
}

/**
 * Root of the leaves from `start` up to `end`, where `start` is a multiple of the least power of
 * two that is not below their number, as it is for every subtree of RFC 6962.
 */
async function rangeRoot(nodes: TreeNodes, start: number, end: number): Promise<Uint8Array> {
  const height = heightOf(end - start);
  if (height !== undefined) return await nodes.node(height, above(start, height));
  const middle = start + splitOf(end - start);
  const { children } = nodes.hash ?? LOG_TREE;
  const left = await rangeRoot(nodes, start, middle);
  return children(left, await rangeRoot(nodes, middle, end));
}
