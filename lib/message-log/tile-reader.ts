/** Nodes of a stored log, out of its tiles. */
import { TracepostError } from "#errors";
import { LOG_LIMITS, type Transaction } from "#runtime";
import { TILE_HEIGHT } from "./append-to-tree.ts";
import { splitHashes } from "./compact-range.ts";
import { hashChildren } from "./hashing.ts";
import { heightOf } from "./positions.ts";

/** Hashes in a full tile. */
export const TILE_WIDTH = 2 ** TILE_HEIGHT;

/** Of one tile: its hashes, then their parents as far as they were asked for, and so on up. */
type TileRows = (Uint8Array | undefined)[][];

/**
 * Reads and folds each tile once, for as long as one transaction lasts: proofs of neighbours share
 * nearly all their nodes.
 */
export class TileReader {
  readonly #tx: Transaction;
  readonly #tiles = new Map<string, TileRows>();

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Root of the perfect subtree at a height and position. Throws STORE when it is not there. */
  async node(height: number, position: number): Promise<Uint8Array> {
    const level = Math.floor(height / TILE_HEIGHT);
    const inTile = height % TILE_HEIGHT;
    const perTile = TILE_WIDTH / 2 ** inTile;
    const rows = await this.#tile(level, Math.floor(position / perTile));
    const node = foldNode(rows, inTile, position % perTile);
    if (node !== undefined) return node;
    throw new TracepostError("STORE", `the log lacks node ${position} at height ${height}`, {
      remedy: "Run `tracepost log verify` to see what is damaged.",
    });
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
    const hashes =
      row === undefined
        ? await partialTile(this.#tx, level, index * TILE_WIDTH, TILE_WIDTH)
        : splitHashes(row.hashes);
    const rows: TileRows = [hashes];
    this.#tiles.set(key, rows);
    if (this.#tiles.size > LOG_LIMITS.tilesHeldMax) {
      const [oldest] = this.#tiles.keys();
      if (oldest !== undefined) this.#tiles.delete(oldest);
    }
    return rows;
  }
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

/** Root over a number of hashes that is a power of two. Throws INTERNAL for any other number. */
export function foldPerfect(hashes: readonly Uint8Array[]): Uint8Array {
  const height = heightOf(hashes.length);
  const root = height === undefined ? undefined : foldNode([[...hashes]], height, 0);
  if (root === undefined)
    throw new TracepostError("INTERNAL", `cannot fold ${hashes.length} hashes`);
  return root;
}

/** Node of a tile from the two below it, each computed once; undefined where leaves are missing. */
function foldNode(rows: TileRows, height: number, position: number): Uint8Array | undefined {
  rows[height] ??= [];
  const row = rows[height];
  const known = row[position];
  if (known !== undefined || height === 0) return known;
  const left = foldNode(rows, height - 1, 2 * position);
  const right = foldNode(rows, height - 1, 2 * position + 1);
  if (left === undefined || right === undefined) return undefined;
  row[position] = hashChildren(left, right);
  return row[position];
}
