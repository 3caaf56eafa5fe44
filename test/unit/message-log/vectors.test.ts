import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  appendToTree,
  CompactRange,
  formatLogProof,
  hashLeaf,
  openCheckpoint,
  parseLogProof,
  verifyConsistency,
  verifyInclusion,
} from "#message-log";
import { makeVectors } from "../../vectors/merkle/make.ts";

const FOLDER = new URL("../../vectors/merkle/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, "base64"));
const base64 = (hash: Uint8Array) => Buffer.from(hash).toString("base64");

interface Tree {
  readonly size: number;
  readonly root: string;
}

interface InclusionVector {
  readonly name: string;
  readonly index: number;
  readonly size: number;
  readonly leafHash: string;
  readonly path: readonly string[];
  readonly root: string;
  readonly valid: boolean;
}

interface ConsistencyVector {
  readonly name: string;
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[];
  readonly valid: boolean;
}

interface CheckpointVectors {
  readonly origin: string;
  readonly publicKey: string;
  readonly head: Tree;
  readonly valid: Readonly<Record<string, string>>;
  readonly invalid: Readonly<Record<string, string>>;
  readonly proof: string;
}

const trees = read("trees.json") as {
  readonly leaves: { readonly entriesHex: readonly string[]; readonly trees: readonly Tree[] };
  readonly madeUp: { readonly entry: string; readonly trees: readonly Tree[] };
};
const notes = read("checkpoint.json") as CheckpointVectors;

describe("the project's own Merkle vectors", () => {
  test("are what the definitions of RFC 6962 give", () => {
    for (const [name, content] of Object.entries(makeVectors())) {
      expect(read(`${name}.json`), name).toEqual(JSON.parse(JSON.stringify(content)));
    }
  });

  test("hold the roots known from Certificate Transparency", () => {
    const hexOf = (size: number) =>
      Buffer.from(trees.leaves.trees[size]?.root ?? "", "base64").toString("hex");
    expect([hexOf(0), hexOf(1), hexOf(2), hexOf(8)]).toEqual([
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]);
  });

  test.each(trees.leaves.trees)("give the root of the first $size known leaves", (tree) => {
    const range = new CompactRange();
    for (const hex of trees.leaves.entriesHex.slice(0, tree.size)) {
      range.append(hashLeaf(Buffer.from(hex, "hex")));
    }
    expect(base64(range.rootHash())).toBe(tree.root);
  });

  test.each(trees.madeUp.trees)("give the root of $size entries, appended at once", (tree) => {
    const leaves = Array.from({ length: tree.size }, (_, index) =>
      hashLeaf(Buffer.from(trees.madeUp.entry.replace("<index>", String(index)))),
    );
    expect(base64(appendToTree(new CompactRange(), leaves).rootHash)).toBe(tree.root);
  });

  test.each(read("inclusion.json") as InclusionVector[])("judge inclusion: $name", (vector) => {
    const { index, size } = vector;
    const verdict = verifyInclusion({
      index,
      size,
      leafHash: bytes(vector.leafHash),
      path: vector.path.map(bytes),
      rootHash: bytes(vector.root),
    });
    expect(verdict).toBe(vector.valid);
  });

  test.each(read("consistency.json") as ConsistencyVector[])(
    "judge consistency: $name",
    (vector) => {
      const { size1, size2 } = vector;
      const verdict = verifyConsistency({
        size1,
        size2,
        root1: bytes(vector.root1),
        root2: bytes(vector.root2),
        proof: vector.proof.map(bytes),
      });
      expect(verdict).toBe(vector.valid);
    },
  );
});

describe("the project's own checkpoint vectors", () => {
  const key = createPublicKey({
    key: {
      kty: "OKP",
      crv: "Ed25519",
      x: Buffer.from(notes.publicKey, "base64").toString("base64url"),
    },
    format: "jwk",
  });

  test.each(Object.entries(notes.valid))("open: %s", (_, note) => {
    expect(openCheckpoint(note, notes.origin, [key])).toEqual({
      size: notes.head.size,
      rootHash: bytes(notes.head.root),
    });
  });

  test.each(Object.entries(notes.invalid))("are refused: %s", (_, note) => {
    expect(openCheckpoint(note, notes.origin, [key])).toBeUndefined();
  });

  test("hold a proof file that leads to the checkpoint and is written back byte for byte", () => {
    const proof = parseLogProof(notes.proof);
    if (!proof.ok) throw new TypeError(proof.refusal.detail);
    expect(formatLogProof(proof.value)).toBe(notes.proof);
    const head = openCheckpoint(proof.value.checkpoint, notes.origin, [key]);
    const claim = {
      leafHash: hashLeaf(proof.value.extra ?? new Uint8Array(0)),
      index: proof.value.index,
      size: head?.size ?? 0,
      path: proof.value.path,
      rootHash: head?.rootHash ?? new Uint8Array(0),
    };
    expect(verifyInclusion(claim)).toBe(true);
  });
});
