import type { Transaction } from "#runtime";
import { sameBytes } from "./hashing.ts";
import { above } from "./positions.ts";
import type { ProblemList } from "./problem-list.ts";
import { foldPerfect } from "./tile-fold.ts";
import { partialTile } from "./tile-reader.ts";
import { TILE_HEIGHT, TILE_WIDTH } from "./tile-width.ts";

/** Compares stored tiles with the leaves as they go by; holds one growing tile of each level. */
export class TileCheck {
  readonly #tx: Transaction;
  readonly #problems: ProblemList;
  /** By level: the hashes since the last full tile, and the number of full tiles. */
  readonly #levels: { hashes: Uint8Array[]; tiles: number }[] = [];

  constructor(tx: Transaction, problems: ProblemList) {
    this.#tx = tx;
    this.#problems = problems;
  }

  /** Goes on after the first `size` entries, with what is stored of tiles that are not full yet. */
  async goOn(size: number): Promise<void> {
    for (let level = 0, nodes = size; nodes > 0; level += 1, nodes = above(nodes, TILE_HEIGHT)) {
      const tiles = above(nodes, TILE_HEIGHT);
      const first = tiles * TILE_WIDTH;
      const hashes = await partialTile(this.#tx, level, first, nodes - first);
      this.#levels[level] = { hashes, tiles };
    }
  }

  /** Takes the next leaf hash; true when {@link checkFull} is due before the next one. */
  take(leafHash: Uint8Array): boolean {
    return this.#push(0, leafHash);
  }

  /** Compares the tiles that the last leaf completed. */
  async checkFull(): Promise<void> {
    for (const [level, growing] of this.#levels.entries()) {
      if (growing.hashes.length < TILE_WIDTH) return;
      const { hashes, tiles } = growing;
      this.#levels[level] = { hashes: [], tiles: tiles + 1 };
      const root = foldPerfect(hashes);
      await this.#checkTile({ level, index: tiles, hashes, root });
      this.#push(level + 1, root);
    }
  }

  /** After the last leaf: looks for tiles and roots that no leaf accounts for. */
  async finish(size: number): Promise<void> {
    const tiles = this.#levels.reduce((sum, level) => sum + level.tiles, 0);
    for (const table of ["log_tiles", "log_subtrees"]) {
      const row = await this.#tx.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
      if (row?.n === tiles) continue;
      this.#problems.add(`${table} has ${row?.n} rows; ${size} entries make ${tiles}`);
    }
  }

  #push(level: number, hash: Uint8Array): boolean {
    this.#levels[level] ??= { hashes: [], tiles: 0 };
    return this.#levels[level].hashes.push(hash) === TILE_WIDTH;
  }

  async #checkTile({ level, index, hashes, root }: FullTile): Promise<void> {
    const tile = await this.#tx.get<{ hashes: Uint8Array }>(
      "SELECT hashes FROM log_tiles WHERE level = ? AND tile_index = ?",
      level,
      index,
    );
    if (tile === undefined || !sameBytes(tile.hashes, Buffer.concat(hashes))) {
      const what = tile === undefined ? "is missing" : "has other hashes than the entries";
      this.#problems.add(`tile ${index} of level ${level} ${what}`);
    }
    const subtree = await this.#tx.get<{ hash: Uint8Array }>(
      "SELECT hash FROM log_subtrees WHERE level = ? AND position = ?",
      level + 1,
      index,
    );
    if (subtree === undefined || !sameBytes(subtree.hash, root)) {
      this.#problems.add(`the root of tile ${index} of level ${level} is missing or another`);
    }
  }
}

interface FullTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  readonly root: Uint8Array;
}
