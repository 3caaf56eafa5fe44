/** Nodes, roots and proofs of a stored log, for any index and any size it ever had (TP-LOG-5). */
import { TracepostError } from "#errors";
import type { Transaction } from "#runtime";
import { TILE_HEIGHT } from "./append-to-tree.ts";
import { splitHashes } from "./compact-range.ts";
import { emptyRoot, hashChildren } from "./hashing.ts";
import { above, heightOf, isSize, splitOf } from "./positions.ts";

/** Hashes in a full tile. */
export const TILE_WIDTH = 2 ** TILE_HEIGHT;

/**
 * Root of the tree of the first `size` entries. Together with a deterministic signature it gives
 * the checkpoint of any size that was ever handed out. Throws INTERNAL for a size the log has not
 * reached, STORE when nodes are missing.
 */
export async function rootAt(tx: Transaction, size: number): Promise<Uint8Array> {
  await checkReached(tx, size);
  return size === 0 ? emptyRoot() : await new StoredTree(tx).rangeRoot(0, size);
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
  const tree = new StoredTree(tx);
  const path: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    const left = index < middle;
    path.unshift(left ? await tree.rangeRoot(middle, end) : await tree.rangeRoot(start, middle));
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
  const tree = new StoredTree(tx);
  const proof: Uint8Array[] = [];
  let [start, end] = [0, size2];
  while (end !== size1) {
    const middle = start + splitOf(end - start);
    const left = size1 <= middle;
    proof.unshift(left ? await tree.rangeRoot(middle, end) : await tree.rangeRoot(start, middle));
    [start, end] = left ? [start, middle] : [middle, end];
  }
  // A subtree that begins at the first leaf is the old tree itself, whose root the verifier has.
  return start === 0 ? proof : [await tree.rangeRoot(start, end), ...proof];
}

/** Hashes `first` … at a level of tiles that fill no tile yet; `count` of them, at most 256. */
export async function partialTile(
  tx: Transaction,
  level: number,
  first: number,
  count: number,
): Promise<Uint8Array[]> {
  const rows =
    level === 0
      ? await tx.all<{ hash: Uint8Array }>(
          `SELECT leaf_hash AS hash FROM log_entries
           WHERE entry_index >= ? AND entry_index < ? ORDER BY entry_index LIMIT 256`,
          first,
          first + count,
        )
      : await tx.all<{ hash: Uint8Array }>(
          `SELECT hash FROM log_subtrees
           WHERE level = ? AND position >= ? AND position < ? ORDER BY position LIMIT 256`,
          level,
          first,
          first + count,
        );
  return rows.map((row) => row.hash);
}

async function checkReached(tx: Transaction, size: number): Promise<void> {
  const head = await tx.get<{ size: number }>("SELECT size FROM log_head WHERE id = 1");
  if (isSize(size) && head !== undefined && size <= head.size) return;
  throw new TracepostError("INTERNAL", `the log has not reached size ${size}`);
}

/** Reads nodes out of tiles, each tile once; lives as long as one proof. */
class StoredTree {
  readonly #tx: Transaction;
  readonly #tiles = new Map<string, Uint8Array[]>();

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /**
   * Root of the leaves from `start` up to `end`, where `start` is a multiple of the least power of
   * two that is not below their number, as it is for every subtree of RFC 6962.
   */
  async rangeRoot(start: number, end: number): Promise<Uint8Array> {
    const height = heightOf(end - start);
    if (height !== undefined) return await this.#node(height, above(start, height));
    const middle = start + splitOf(end - start);
    const left = await this.rangeRoot(start, middle);
    return hashChildren(left, await this.rangeRoot(middle, end));
  }

  /** Root of a perfect subtree, from the tile it lies in. */
  async #node(height: number, position: number): Promise<Uint8Array> {
    const level = Math.floor(height / TILE_HEIGHT);
    const width = 2 ** (height % TILE_HEIGHT);
    const first = position * width;
    const tile = await this.#tile(level, Math.floor(first / TILE_WIDTH));
    const offset = first % TILE_WIDTH;
    const hashes = tile.slice(offset, offset + width);
    if (hashes.length < width) {
      throw new TracepostError("STORE", `the log lacks node ${position} at height ${height}`, {
        remedy: "Run `tracepost log verify` to see what is damaged.",
      });
    }
    return foldPerfect(hashes);
  }

  async #tile(level: number, index: number): Promise<Uint8Array[]> {
    const key = `${level}/${index}`;
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    const row = await this.#tx.get<{ hashes: Uint8Array }>(
      "SELECT hashes FROM log_tiles WHERE level = ? AND tile_index = ?",
      level,
      index,
    );
    const hashes =
      row === undefined
        ? await partialTile(this.#tx, level, index * TILE_WIDTH, TILE_WIDTH)
        : splitHashes(row.hashes);
    this.#tiles.set(key, hashes);
    return hashes;
  }
}

/** Root over a number of hashes that is a power of two. Throws INTERNAL for none. */
export function foldPerfect(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const parents: Uint8Array[] = [];
    for (let at = 0; at + 1 < row.length; at += 2) {
      const [left, right] = [row[at], row[at + 1]];
      if (left !== undefined && right !== undefined) parents.push(hashChildren(left, right));
    }
    row = parents;
  }
  const [root] = row;
  if (root === undefined) throw new TracepostError("INTERNAL", "no hashes to fold");
  return root;
}
