/**
 * Published RFC 6962 vectors, read from a folder beside the checkout where there is one. They are
 * not part of the project; its own are in test/vectors/merkle.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { verifyConsistency, verifyInclusion } from "#message-log";

const FOLDER = fileURLToPath(new URL("../../../../shared/data/merkle-vectors", import.meta.url));
const bytes = (base64: string | null) => Uint8Array.from(Buffer.from(base64 ?? "", "base64"));

interface InclusionCase {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string | null;
  readonly leafHash: string | null;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

interface ConsistencyCase {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string | null;
  readonly root2: string | null;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

function casesOf<T>(kind: string): [string, T][] {
  const folder = join(FOLDER, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(folder, name), "utf8")) as T]);
}

describe.skipIf(!existsSync(FOLDER))("the published Merkle vectors (skipped when absent)", () => {
  const inclusion = casesOf<InclusionCase>("inclusion");
  const consistency = casesOf<ConsistencyCase>("consistency");

  test("are there in number", () => {
    expect(inclusion.length).toBeGreaterThan(90);
    expect(consistency.length).toBeGreaterThan(80);
  });

  test.each(inclusion)("judge inclusion: %s", (_, { leafIdx, treeSize, ...vector }) => {
    const verdict = verifyInclusion({
      index: leafIdx,
      size: treeSize,
      leafHash: bytes(vector.leafHash),
      path: (vector.proof ?? []).map(bytes),
      rootHash: bytes(vector.root),
    });
    expect(verdict).toBe(!vector.wantErr);
  });

  test.each(consistency)("judge consistency: %s", (_, { size1, size2, ...vector }) => {
    const verdict = verifyConsistency({
      size1,
      size2,
      root1: bytes(vector.root1),
      root2: bytes(vector.root2),
      proof: (vector.proof ?? []).map(bytes),
    });
    expect(verdict).toBe(!vector.wantErr);
  });
});
