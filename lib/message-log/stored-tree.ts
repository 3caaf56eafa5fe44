/** Nodes, roots and proofs of a stored log, for any index and any size it ever had (TP-LOG-5). */
import { TracepostError } from "#errors";
import type { Transaction } from "#runtime";
import type { TreeHead } from "./checkpoint-text.ts";
import { loadLogHead } from "./log-head.ts";
import { above, isSize } from "./positions.ts";
import type { TileName } from "./tile-path.ts";
import { nodesOf } from "./tile-reader.ts";
import { TILE_HEIGHT, TILE_WIDTH } from "./tile-width.ts";
import { treeConsistency, treeInclusionPath, treeRoot } from "./tree-proofs.ts";

/**
 * Root of the tree of the first `size` entries. Together with a deterministic signature it gives
 * the checkpoint of any size that was ever handed out. Throws INTERNAL for a size the log has not
 * reached, STORE when nodes are missing.
 */
export async function rootAt(tx: Transaction, size: number): Promise<Uint8Array> {
  const head = await checkReached(tx, size);
  return size === head.size ? head.rootHash : await treeRoot(nodesOf(tx), size);
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
  return await treeInclusionPath(nodesOf(tx), index, size);
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
  return await treeConsistency(nodesOf(tx), size1, size2);
}

/**
 * A tile of C2SP tlog-tiles, as far as the tree of the first `size` entries has it; undefined when
 * it does not fill the width that is asked for (TP-LOG-13).
 */
export async function loadTile(
  tx: Transaction,
  { index, level, width }: TileName,
  size: number,
): Promise<Uint8Array | undefined> {
  const { size: reached } = await loadLogHead(tx);
  const nodes = above(Math.min(size, reached), level * TILE_HEIGHT);
  if (nodes < index * TILE_WIDTH + width) return undefined;
  return Buffer.concat(await nodesOf(tx).tile(level, index, width));
}

async function checkReached(tx: Transaction, size: number): Promise<TreeHead> {
  const head = await loadLogHead(tx);
  if (isSize(size) && size <= head.size) return head;
  throw new TracepostError("INTERNAL", `the log has not reached size ${size}`);
}
