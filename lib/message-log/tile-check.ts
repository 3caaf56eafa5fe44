import type { Transaction } from "#runtime";
import { sameBytes } from "./hashing.ts";
import type { ProblemList } from "./problem-list.ts";
import { foldPerfect, TILE_WIDTH } from "./stored-tree.ts";

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

  /** Takes the next hash of a level, of a leaf unless said otherwise. */
  async take(hash: Uint8Array, level = 0): Promise<void> {
    this.#levels[level] ??= { hashes: [], tiles: 0 };
    const { hashes, tiles } = this.#levels[level];
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    this.#levels[level] = { hashes: [], tiles: tiles + 1 };
    await this.#checkTile(level, tiles, hashes);
    await this.take(foldPerfect(hashes), level + 1);
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

  async #checkTile(level: number, index: number, hashes: readonly Uint8Array[]): Promise<void> {
    const tile = await this.#tx.get<{ hashes: Uint8Array }>(
      "SELECT hashes FROM log_tiles WHERE level = ? AND tile_index = ?",
      level,
      index,
    );
    if (tile === undefined || !sameBytes(tile.hashes, Buffer.concat(hashes))) {
      const what = tile === undefined ? "is missing" : "has other hashes than the entries";
      this.#problems.add(`tile ${index} of level ${level} ${what}`);
    }
    const root = await this.#tx.get<{ hash: Uint8Array }>(
      "SELECT hash FROM log_subtrees WHERE level = ? AND position = ?",
      level + 1,
      index,
    );
    if (root === undefined || !sameBytes(root.hash, foldPerfect(hashes))) {
      this.#problems.add(`the root of tile ${index} of level ${level} is missing or another`);
    }
  }
}
