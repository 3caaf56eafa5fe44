import { emptyRoot, hashChildren, hashLeaf } from "#wire";

/**
 * Root of a Merkle tree over byte strings (RFC 6962 section 2.1), as the message log has it: a leaf
 * is SHA-256(0x00 ‖ bytes), a node SHA-256(0x01 ‖ left ‖ right), the empty tree SHA-256 of nothing.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  let level = leaves.map((leaf) => hashLeaf(leaf));
  if (level.length === 0) return emptyRoot();
  while (level.length > 1) level = level.flatMap((left, index) => parentOf(level, left, index));
  return level[0] as Uint8Array;
}

/** A lone last node moves up unchanged. */
function parentOf(level: readonly Uint8Array[], left: Uint8Array, index: number): Uint8Array[] {
  if (index % 2 === 1) return [];
  const right = level[index + 1];
  return [right === undefined ? left : hashChildren(left, right)];
}
