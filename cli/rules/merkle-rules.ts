import { Type } from "typebox";
import { verifyConsistency, verifyInclusion } from "#message-log";
import { createRule } from "./rule.ts";

/** Published vectors carry a description and their verdict beside the claim. */
const open = { additionalProperties: true } as const;
const Size = Type.Integer();
const Hash = Type.Union([Type.String(), Type.Null()]);
const Proof = Type.Union([Type.Array(Type.String(), { maxItems: 256 }), Type.Null()]);

function bytes(base64: string | null): Uint8Array {
  return Uint8Array.from(Buffer.from(base64 ?? "", "base64"));
}

/** Whether an RFC 6962 audit path proves that a leaf is in a tree. */
export const inclusionRule = createRule({
  name: "inclusion",
  about: "whether an RFC 6962 audit path proves that a leaf is in a tree (hashes in base64)",
  input: Type.Object(
    { leafIdx: Size, treeSize: Size, root: Hash, leafHash: Hash, proof: Proof },
    open,
  ),
  decide: ({ leafIdx, treeSize, root, leafHash, proof }) => ({
    ok: true,
    value: {
      valid: verifyInclusion({
        index: leafIdx,
        size: treeSize,
        leafHash: bytes(leafHash),
        path: (proof ?? []).map(bytes),
        rootHash: bytes(root),
      }),
    },
  }),
});

/** Whether an RFC 6962 proof shows that one tree begins with another. */
export const consistencyRule = createRule({
  name: "consistency",
  about: "whether an RFC 6962 proof shows that a tree begins with another (hashes in base64)",
  input: Type.Object({ size1: Size, size2: Size, root1: Hash, root2: Hash, proof: Proof }, open),
  decide: ({ size1, size2, root1, root2, proof }) => ({
    ok: true,
    value: {
      valid: verifyConsistency({
        size1,
        size2,
        root1: bytes(root1),
        root2: bytes(root2),
        proof: (proof ?? []).map(bytes),
      }),
    },
  }),
});
