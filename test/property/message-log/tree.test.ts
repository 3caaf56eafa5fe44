import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  appendToTree,
  CompactRange,
  hashLeaf,
  verifyConsistency,
  verifyInclusion,
} from "#message-log";
import { naiveLeaf, naivePath, naiveProof, naiveRoot } from "../../support/naive-tree.ts";

const entryOf = (index: number): Uint8Array => Buffer.from(`entry ${index}`);
const entriesOf = (size: number) => Array.from({ length: size }, (_, index) => entryOf(index));

/** Some widths of batches, together at most some hundred leaves. */
const batches = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 });

/** A leaf in a tree. */
const place = fc
  .integer({ min: 1, max: 300 })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat({ max: size - 1 }) }));

/** Two sizes, the first not the larger one. */
const growth = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }))
  .map(([a, b]) => ({ size1: Math.min(a, b), size2: Math.max(a, b) }));

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = Math.floor(bit / 8) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}

describe("the Merkle tree", () => {
  test("is the same grown in batches, one by one, and as RFC 6962 defines it", () => {
    fc.assert(
      fc.property(batches, (widths) => {
        const single = new CompactRange();
        let range = new CompactRange();
        for (const width of widths) {
          const leaves = Array.from({ length: width }, (_, offset) =>
            hashLeaf(entryOf(range.size + offset)),
          );
          for (const leaf of leaves) single.append(leaf);
          const appended = appendToTree(range, leaves);
          range = appended.range;
          expect(range.size).toBe(single.size);
          expect(range.hashes).toEqual(single.hashes);
          expect(appended.rootHash).toEqual(single.rootHash());
        }
        expect(range.rootHash()).toEqual(naiveRoot(entriesOf(range.size)));
        expect(CompactRange.fromBytes(range.size, range.toBytes()).hashes).toEqual(range.hashes);
      }),
    );
  });

  test("gives each leaf of a batch the path that RFC 6962 defines", () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.integer({ min: 1, max: 40 }), (before, width) => {
        const range = new CompactRange();
        for (const entry of entriesOf(before)) range.append(hashLeaf(entry));
        const all = entriesOf(before + width);
        const { inclusionPaths, rootHash } = appendToTree(range, all.slice(before).map(hashLeaf));
        expect(rootHash).toEqual(naiveRoot(all));
        for (const [offset, path] of inclusionPaths.entries()) {
          const index = before + offset;
          expect(path).toEqual(naivePath(index, all));
          const leafHash = naiveLeaf(entryOf(index));
          const claim = { leafHash, index, size: all.length, path, rootHash };
          expect(verifyInclusion(claim)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("an inclusion proof", () => {
  test("fails when one bit of it, of the leaf or of the root is another", () => {
    fc.assert(
      fc.property(place, fc.nat(), ({ index, size }, bit) => {
        const entries = entriesOf(size);
        const path = naivePath(index, entries);
        const parts = [naiveLeaf(entryOf(index)), naiveRoot(entries), ...path];
        const claimOf = ([leafHash, rootHash, ...rest]: Uint8Array[]) => ({
          index,
          size,
          path: rest,
          leafHash: leafHash ?? new Uint8Array(0),
          rootHash: rootHash ?? new Uint8Array(0),
        });
        expect(verifyInclusion(claimOf(parts))).toBe(true);
        const at = bit % parts.length;
        const broken = parts.map((part, position) => (position === at ? flip(part, bit) : part));
        expect(verifyInclusion(claimOf(broken))).toBe(false);
      }),
    );
  });

  test("fails for another index, another length and anything that is no number", () => {
    fc.assert(
      fc.property(place, fc.nat({ max: 400 }), ({ index, size }, other) => {
        const entries = entriesOf(size);
        const claim = {
          index,
          size,
          leafHash: naiveLeaf(entryOf(index)),
          path: naivePath(index, entries),
          rootHash: naiveRoot(entries),
        };
        const verdict = verifyInclusion({ ...claim, index: other });
        expect(verdict).toBe(other === index);
        expect(verifyInclusion({ ...claim, path: [...claim.path, claim.rootHash] })).toBe(false);
        expect(verifyInclusion({ ...claim, path: claim.path.slice(0, -1) })).toBe(size === 1);
        for (const odd of [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
          expect(verifyInclusion({ ...claim, index: odd })).toBe(false);
          expect(verifyInclusion({ ...claim, size: odd })).toBe(false);
        }
      }),
    );
  });
});

describe("a consistency proof", () => {
  test("holds for every pair of sizes, and not when one bit is another", () => {
    fc.assert(
      fc.property(growth, fc.nat(), ({ size1, size2 }, bit) => {
        const entries = entriesOf(size2);
        const proof = naiveProof(size1, entries);
        const root1 = naiveRoot(entries.slice(0, size1));
        const claim = { size1, root1, size2, root2: naiveRoot(entries), proof };
        expect(verifyConsistency(claim)).toBe(true);
        const at = proof.length === 0 ? -1 : bit % proof.length;
        const broken = proof.map((hash, position) => (position === at ? flip(hash, bit) : hash));
        expect(verifyConsistency({ ...claim, proof: broken })).toBe(proof.length === 0);
        expect(verifyConsistency({ ...claim, root1: flip(root1, bit) })).toBe(false);
        expect(verifyConsistency({ ...claim, root2: flip(claim.root2, bit) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...proof, root1] })).toBe(false);
      }),
    );
  });
});
