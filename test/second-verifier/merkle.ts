import { createHash } from "node:crypto";
import { demand } from "./untrue.ts";

/**
 * Merkle trees, written from the definitions of RFC 6962 section 2.1 as they stand there: by
 * splitting a tree at the largest power of two below its size, all the way down.
 */

/** MTH of one entry. */
export function leafHash(entry: Uint8Array): Buffer {
  return leafHashBy("sha256", entry);
}

/** The same with another algorithm than that of RFC 6962. */
export function leafHashBy(digest: string, entry: Uint8Array): Buffer {
  return createHash(digest).update(Buffer.of(0)).update(entry).digest();
}

/** MTH of two subtrees. */
export function nodeHash(left: Uint8Array, right: Uint8Array, digest = "sha256"): Buffer {
  return createHash(digest).update(Buffer.of(1)).update(left).update(right).digest();
}

/** MTH of a list of leaf hashes. */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return createHash("sha256").digest();
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** Demands that PATH leads from a leaf to the root of a tree of `size` leaves. */
export function demandInclusion(
  leaf: Buffer,
  index: bigint,
  size: bigint,
  path: readonly Buffer[],
  root: Buffer,
  digest = "sha256",
): void {
  demand(index < size, "the index is not below the size");
  demand(
    path.every((one) => one.length === leaf.length),
    "a hash of the path has another length",
  );
  const rest = [...path];
  const reached = climb(leaf, index, size, rest, digest);
  demand(rest.length === 0, "the path has more hashes than the tree has levels");
  demand(reached.equals(root), "the path does not lead to the root");
}

function climb(leaf: Buffer, index: bigint, size: bigint, rest: Buffer[], digest: string): Buffer {
  if (size === 1n) return leaf;
  const split = splitOfLarge(size);
  const sibling = rest.pop();
  demand(sibling !== undefined, "the path has fewer hashes than the tree has levels");
  return index < split
    ? nodeHash(climb(leaf, index, split, rest, digest), sibling, digest)
    : nodeHash(sibling, climb(leaf, index - split, size - split, rest, digest), digest);
}

/** Demands that the tree of `size1` leaves is the beginning of that of `size2`. */
export function demandConsistency(
  first: { readonly size: bigint; readonly root: Buffer },
  second: { readonly size: bigint; readonly root: Buffer },
  proof: readonly Buffer[],
): void {
  demand(first.size > 0n && first.size <= second.size, "the sizes are not those of a growing tree");
  const rest = [...proof];
  const [old, now] = subproof(first.size, second.size, true, rest, first.root);
  demand(rest.length === 0, "the proof has too many hashes");
  demand(old.equals(first.root), "the proof does not lead to the first root");
  demand(now.equals(second.root), "the proof does not lead to the second root");
}

/** SUBPROOF read backwards: the roots, old and new, that the hashes of a subtree give. */
function subproof(
  m: bigint,
  n: bigint,
  whole: boolean,
  rest: Buffer[],
  oldRoot: Buffer,
): readonly [old: Buffer, now: Buffer] {
  if (m === n && whole) return [oldRoot, oldRoot];
  const last = rest.pop();
  demand(last?.length === 32, "the proof has too few hashes");
  if (m === n) return [last, last];
  const split = splitOfLarge(n);
  if (m <= split) {
    const [old, now] = subproof(m, split, whole, rest, oldRoot);
    return [old, nodeHash(now, last)];
  }
  const [old, now] = subproof(m - split, n - split, false, rest, oldRoot);
  return [nodeHash(last, old), nodeHash(last, now)];
}

function splitOf(size: number): number {
  return Number(splitOfLarge(BigInt(size)));
}

/** The largest power of two below a size. */
function splitOfLarge(size: bigint): bigint {
  let split = 1n;
  while (split * 2n < size) split *= 2n;
  return split;
}
