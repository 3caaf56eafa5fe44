import { TracepostError } from "#errors";
import { CompactRange } from "./compact-range.ts";
import { hashChildren } from "./hashing.ts";
import { above, siblingOf, subtreeHeights } from "./positions.ts";
import { TILE_HEIGHT } from "./tile-width.ts";

/** Perfect subtrees that a batch completed, at one level of tiles. */
export interface CompletedNodes {
  /** Level of tiles: 0 for leaves, 1 for roots of 256 leaves, 2 for roots of 65,536. */
  readonly level: number;
  /** Position of the first, at that level. */
  readonly first: number;
  readonly hashes: readonly Uint8Array[];
}

/** A tree after a batch. */
export interface AppendedTree {
  readonly range: CompactRange;
  readonly rootHash: Uint8Array;
  /** For each new leaf its inclusion path in the new tree, leaf to root. */
  readonly inclusionPaths: Uint8Array[][];
  /** What tiles are made of. */
  readonly completed: CompletedNodes[];
}

/** The nodes of one height that the new leaves touch: positions `first`, `first + 1` … */
interface Row {
  readonly first: number;
  readonly nodes: readonly Uint8Array[];
  /** Number of nodes of this height in the whole tree, the incomplete last one included. */
  readonly count: number;
}

/**
 * Appends leaves, by their hashes, to the tree behind `range`, which stays as it is. Costs about
 * one hash for each leaf and needs nothing of the old tree but its compact range (TP-LOG-5).
 */
export function appendToTree(range: CompactRange, leafHashes: readonly Uint8Array[]): AppendedTree {
  if (leafHashes.length === 0) throw new TracepostError("INTERNAL", "an empty batch");
  const oldSize = range.size;
  const newSize = oldSize + leafHashes.length;
  const rows = buildRows(range, leafHashes);
  return {
    range: new CompactRange(newSize, frontier(rows, newSize)),
    rootHash: nodeAt(rows[rows.length - 1], 0),
    inclusionPaths: leafHashes.map((_, offset) => inclusionPath(rows, oldSize + offset)),
    completed: completedNodes(rows, oldSize, newSize),
  };
}

/**
 * Builds the part of the tree above the new leaves, height by height. A last node without a sibling
 * moves up unchanged: that is the tree of RFC 6962, written from below.
 */
function buildRows(range: CompactRange, leafHashes: readonly Uint8Array[]): Row[] {
  const oldSize = range.size;
  const newSize = oldSize + leafHashes.length;
  const oldNodes = new Map(
    subtreeHeights(oldSize).map((height, index) => [height, range.hashes[index]]),
  );
  const rows: Row[] = [];
  let fresh: readonly Uint8Array[] = leafHashes;
  for (let height = 0; ; height += 1) {
    // A perfect subtree of the old tree ends where the new nodes begin, exactly when the number of
    // nodes before them is odd: it is their left sibling.
    const left = oldNodes.get(height);
    const nodes = left === undefined ? fresh : [left, ...fresh];
    const first = above(oldSize, height) - (left === undefined ? 0 : 1);
    const count = Math.ceil(newSize / 2 ** height);
    rows.push({ first, nodes, count });
    if (count === 1) return rows;
    fresh = parentsOf(nodes);
  }
}

function parentsOf(nodes: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let at = 0; at < nodes.length; at += 2) {
    const left = nodes[at];
    const right = nodes[at + 1];
    if (left !== undefined) parents.push(right === undefined ? left : hashChildren(left, right));
  }
  return parents;
}

function inclusionPath(rows: readonly Row[], index: number): Uint8Array[] {
  const path: Uint8Array[] = [];
  for (const [height, row] of rows.entries()) {
    const sibling = siblingOf(above(index, height));
    if (sibling < row.count) path.push(nodeAt(row, sibling));
  }
  return path;
}

function frontier(rows: readonly Row[], size: number): Uint8Array[] {
  return subtreeHeights(size).map((height) => nodeAt(rows[height], above(size, height) - 1));
}

function completedNodes(rows: readonly Row[], oldSize: number, newSize: number): CompletedNodes[] {
  const completed: CompletedNodes[] = [];
  for (let level = 0; ; level += 1) {
    const height = level * TILE_HEIGHT;
    const first = above(oldSize, height);
    const end = above(newSize, height);
    const row = rows[height];
    if (row === undefined || end === first) return completed;
    const hashes = row.nodes.slice(first - row.first, end - row.first);
    completed.push({ level, first, hashes });
  }
}

function nodeAt(row: Row | undefined, position: number): Uint8Array {
  const node = row?.nodes[position - row.first];
  if (node === undefined) throw new TracepostError("INTERNAL", `no node at ${position}`);
  return node;
}
