/** Nodes, roots and proofs of a stored log, for any index and any size it ever had (TP-LOG-5). */
import { TracepostError } from "#errors";
import type { Transaction } from "#runtime";
import type { TreeHead } from "./checkpoint.ts";
import { emptyRoot, hashChildren } from "./hashing.ts";
import { loadLogHead } from "./log-head.ts";
import { above, heightOf, isSize, splitOf } from "./positions.ts";
import { nodesOf, type TileReader } from "./tile-reader.ts";

/**
 * Root of the tree of the first `size` entries. Together with a deterministic signature it gives
 * the checkpoint of any size that was ever handed out. Throws INTERNAL for a size the log has not
 * reached, STORE when nodes are missing.
 */
export async function rootAt(tx: Transaction, size: number): Promise<Uint8Array> {
  const head = await checkReached(tx, size);
  if (size === head.size) return head.rootHash;
  return size === 0 ? emptyRoot() : await rangeRoot(nodesOf(tx), 0, size);
}

/**
 * Inclusion path of a leaf in the tree of the first `size` entries, leaf to root (RFC 6962 section
 * 2.1.1). Reads a few tiles and fewer than 256 rows of each level. Throws INTERNAL unless
 * `index` < `size` and the log has reached `size`, STORE when nodes are missing.
 */
export async function inclusionPath(
  tx: Transaction,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  await checkReached(tx, size);
  if (!isSize(index) || index >= size) {
    throw new TracepostError("INTERNAL", `no leaf ${index} in a tree of size ${size}`);
  }
  const nodes = nodesOf(tx);
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
 * Proof that the tree of `size1` entries is the beginning of that of `size2` (RFC 6962 section
 * 2.1.2); empty for equal sizes. Throws INTERNAL unless 0 < `size1` ≤ `size2` and the log has
 * reached `size2`, STORE when nodes are missing.
 */
export async function consistencyProof(
  tx: Transaction,
  size1: number,
  size2: number,
): Promise<Uint8Array[]> {
  await checkReached(tx, size2);
  if (!isSize(size1) || size1 === 0 || size1 > size2) {
    throw new TracepostError("INTERNAL", `no proof leads from size ${size1} to ${size2}`);
  }
  const nodes = nodesOf(tx);
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

async function checkReached(tx: Transaction, size: number): Promise<TreeHead> {
  const head = await loadLogHead(tx);
  if (isSize(size) && size <= head.size) return head;
  throw new TracepostError("INTERNAL", `the log has not reached size ${size}`);
}

/**
 * Root of the leaves from `start` up to `end`, where `start` is a multiple of the least power of
 * two that is not below their number, as it is for every subtree of RFC 6962.
 */
async function rangeRoot(nodes: TileReader, start: number, end: number): Promise<Uint8Array> {
  const height = heightOf(end - start);
  if (height !== undefined) return await nodes.node(height, above(start, height));
  const middle = start + splitOf(end - start);
  const left = await rangeRoot(nodes, start, middle);
  return hashChildren(left, await rangeRoot(nodes, middle, end));
}
