/** Nodes of one tile from its hashes. */
import { TracepostError } from "#errors";
import { hashChildren } from "./hashing.ts";
import { heightOf } from "./positions.ts";
import { TILE_HEIGHT, TILE_WIDTH } from "./tile-width.ts";

/** Of one tile: its hashes, then their parents as far as they were asked for, and so on up. */
export type TileRows = (Uint8Array | undefined)[][];

/** Where a node of the tree lies among tiles: tile, height inside it, place at that height. */
export function placeInTile(
  height: number,
  position: number,
): { level: number; index: number; inTile: number; place: number } {
  const level = Math.floor(height / TILE_HEIGHT);
  const inTile = height % TILE_HEIGHT;
  const perTile = TILE_WIDTH / 2 ** inTile;
  return { level, index: Math.floor(position / perTile), inTile, place: position % perTile };
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
export function foldNode(rows: TileRows, height: number, position: number): Uint8Array | undefined {
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
