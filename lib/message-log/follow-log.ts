/** Whether a later checkpoint still has everything an earlier one had (TP-LOG-14). */
import type { TreeHead } from "./checkpoint.ts";
import { sameBytes } from "./hashing.ts";
import { verifyConsistency } from "./proof.ts";
import { type TreeNodes, treeConsistency } from "./tree-proofs.ts";

/**
 * How two signed tree heads of one log stand to each other.
 * - `same`, `grown`: the later one begins with the earlier one;
 * - `rollback`: the later one is shorter, and might be its beginning;
 * - `fork`: neither can be the beginning of the other.
 */
export type LogRelation = "same" | "grown" | "rollback" | "fork";

/**
 * Compares a head with one seen before, by a proof made from nodes of the tree of the larger one.
 * What the nodes are worth is seen by the proof. Throws as the nodes do.
 */
export async function compareHeads(
  before: TreeHead,
  now: TreeHead,
  nodesOf: (size: number) => TreeNodes,
): Promise<LogRelation> {
  if (before.size === now.size) {
    return sameBytes(before.rootHash, now.rootHash) ? "same" : "fork";
  }
  const [small, large] = before.size < now.size ? [before, now] : [now, before];
  const grown = before.size < now.size ? "grown" : "rollback";
  if (small.size === 0) return grown;
  const proof = await treeConsistency(nodesOf(large.size), small.size, large.size);
  const holds = verifyConsistency({
    size1: small.size,
    root1: small.rootHash,
    size2: large.size,
    root2: large.rootHash,
    proof,
  });
  return holds ? grown : "fork";
}
