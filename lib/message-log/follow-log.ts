/** Whether a later checkpoint still has everything an earlier one had (TP-LOG-14). */
import type { TreeHead } from "./checkpoint-text.ts";
import { sameBytes } from "./hashing.ts";
import { verifyConsistency } from "./proof.ts";
import { type TreeNodes, treeConsistency } from "./tree-proofs.ts";

/**
 * How a signed tree head stands to one of the same log that was seen before.
 * - `same`, `grown`: it begins with the earlier one;
 * - `rollback`: it is shorter; no log that only grows signs that after the longer one;
 * - `fork`: it is another log.
 */
export type LogRelation = "same" | "grown" | "rollback" | "fork";

/**
 * Compares a head with one seen before, by a proof made from nodes of its tree. What the nodes are
 * worth is seen by the proof. Throws as the nodes do.
 */
export async function compareHeads(
  before: TreeHead,
  now: TreeHead,
  nodesOf: (size: number) => TreeNodes,
): Promise<LogRelation> {
  if (now.size < before.size) return "rollback";
  if (now.size === before.size) return sameBytes(before.rootHash, now.rootHash) ? "same" : "fork";
  if (before.size === 0) return "grown";
  const holds = verifyConsistency({
    size1: before.size,
    root1: before.rootHash,
    size2: now.size,
    root2: now.rootHash,
    proof: await treeConsistency(nodesOf(now.size), before.size, now.size),
  });
  return holds ? "grown" : "fork";
}
