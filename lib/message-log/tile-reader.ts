/** Nodes of a stored log, out of its tiles. */
import { TracepostError } from "#errors";
import { LOG_LIMITS, type Transaction } from "#runtime";
import { splitHashes } from "./compact-range.ts";
import { sameBytes } from "./hashing.ts";
import { foldNode, placeInTile, type TileRows } from "./tile-fold.ts";
import { TILE_HEIGHT, TILE_WIDTH } from "./tile-width.ts";
import type { TreeNodes } from "./tree-proofs.ts";

/**
 * Reads and folds each tile once, for as long as one transaction lasts: proofs of neighbours share
 * nearly all their nodes.
 */
export class TileReader implements TreeNodes {
  readonly #tx: Transaction;
  readonly #tiles = new Map<string, TileRows>();

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Root of the perfect subtree at a height and position. Throws STORE when it is not there. */
  async node(height: number, position: number): Promise<Uint8Array> {
    const { index, inTile, level, place } = placeInTile(height, position);
    const node = foldNode(await this.#tile(level, index), inTile, place);
    if (node !== undefined) return node;
    throw new TracepostError("STORE", `the log lacks node ${position} at height ${height}`, {
      remedy: "Run `tracepost log verify` to see what is damaged.",
    });
  }

  /** The first hashes of a tile. Throws STORE when it has not so many. */
  async tile(level: number, index: number, width: number): Promise<Uint8Array[]> {
    const hashes: Uint8Array[] = [];
    for (let at = 0; at < width; at += 1) {
      hashes.push(await this.node(level * TILE_HEIGHT, index * TILE_WIDTH + at));
    }
    return hashes;
  }

  async #tile(level: number, index: number): Promise<TileRows> {
    const key = `${level}/${index}`;
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    const row = await this.#tx.get<{ hashes: Uint8Array }>(
      "SELECT hashes FROM log_tiles WHERE level = ? AND tile_index = ?",
      level,
      index,
    );
    const rows: TileRows =
      row === undefined
        ? [await this.#madeAgain(level, index)]
        : await this.#whole(level, index, splitHashes(row.hashes));
    this.#tiles.set(key, rows);
    if (this.#tiles.size > LOG_LIMITS.tilesHeldMax) {
      const [oldest] = this.#tiles.keys();
      if (oldest !== undefined) this.#tiles.delete(oldest);
    }
    return rows;
  }

  /** A full tile; what a torn one held comes from what it was made from (TP-LOG-5). */
  async #whole(level: number, index: number, kept: Uint8Array[]): Promise<TileRows> {
    const rows: TileRows = [kept];
    const root = await this.#tx.get<{ hash: Uint8Array }>(
      "SELECT hash FROM log_subtrees WHERE level = ? AND position = ?",
      level + 1,
      index,
    );
    if (root !== undefined && isRootOf(rows, root.hash)) return rows;
    const again = await this.#madeAgain(level, index);
    const fresh: TileRows = [again];
    const isSame = sameBytes(Buffer.concat(again), Buffer.concat(kept));
    if (isSame || (root !== undefined && isRootOf(fresh, root.hash))) return fresh;
    throw new TracepostError("STORE", `tile ${index} of level ${level} of the log is damaged`, {
      remedy: "Run `tracepost log verify` to see what else is, and restore a backup.",
    });
  }

  async #madeAgain(level: number, index: number): Promise<Uint8Array[]> {
    return await partialTile(this.#tx, level, index * TILE_WIDTH, TILE_WIDTH);
  }
}

/** Folding it is no loss: paths through the tile need the same nodes. */
function isRootOf(rows: TileRows, root: Uint8Array): boolean {
  const found = rows[0]?.length === TILE_WIDTH ? foldNode(rows, TILE_HEIGHT, 0) : undefined;
  return found !== undefined && sameBytes(found, root);
}

const readers = new WeakMap<Transaction, TileReader>();

/** The reader that belongs to a transaction. */
export function nodesOf(tx: Transaction): TileReader {
  const known = readers.get(tx);
  if (known !== undefined) return known;
  const reader = new TileReader(tx);
  readers.set(tx, reader);
  return reader;
}

/** The transaction has written: what its reader holds is no longer all there is. */
export function forgetNodes(tx: Transaction): void {
  readers.delete(tx);
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
