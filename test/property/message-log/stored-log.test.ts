import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CompactRange, hashLeaf, verifyConsistency, verifyInclusion } from "#message-log";
import { type MadeUpLog, madeUpEntry, openMadeUpLog } from "../../unit/message-log/made-up-log.ts";

/** More than one full tile of the second level: 65,536 entries and some. */
const ENTRIES = 66_300;
/** Writing them takes some seconds, and a minute where others work beside. */
const SET_UP_MS = 180_000;

const size = fc.oneof(
  fc.integer({ min: 1, max: ENTRIES }),
  fc.integer({ min: 1, max: 600 }),
  fc.integer({ min: 65_500, max: 65_600 }),
  fc.constantFrom(1, 255, 256, 257, 512, 65_535, 65_536, 65_537, ENTRIES),
);

describe("a stored log of more than two levels of tiles (TP-LOG-5)", () => {
  let log: MadeUpLog;
  /** Root of the first n entries, computed leaf by leaf. */
  const roots: Uint8Array[] = [];

  beforeAll(async () => {
    log = await openMadeUpLog();
    const range = new CompactRange();
    roots.push(range.rootHash());
    for (let index = 0; index < ENTRIES; index += 1) {
      range.append(hashLeaf(madeUpEntry(index)));
      roots.push(range.rootHash());
    }
    // Widths around and across the edges of tiles.
    for (const batch of [1, 254, 2, 255, 300, 1_000, 63_000]) await log.grow(batch, batch);
    await log.grow(ENTRIES - 64_812, 137);
  }, SET_UP_MS);
  afterAll(() => log.remove());

  const rootOf = (at: number): Uint8Array => roots[at] ?? new Uint8Array(0);

  test("has the root of the entries", async () => {
    expect(await log.store.call("head", undefined)).toEqual({
      size: ENTRIES,
      rootHash: rootOf(ENTRIES),
    });
  });

  test("knows the root of every size it ever had", async () => {
    await fc.assert(
      fc.asyncProperty(size, async (at) => {
        expect(await log.store.call("root", at)).toEqual(rootOf(at));
      }),
    );
    expect(await log.store.call("root", 0)).toEqual(rootOf(0));
  });

  test("proves every leaf in every size it ever had", async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), async (at, seed) => {
        const index = seed % at;
        const [path = []] = await log.store.call("paths", [{ index, size: at }]);
        const leafHash = hashLeaf(madeUpEntry(index));
        const claim = { leafHash, index, size: at, path, rootHash: rootOf(at) };
        expect(verifyInclusion(claim)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("proves that every size it ever had is the beginning of every later one", async () => {
    await fc.assert(
      fc.asyncProperty(size, size, async (a, b) => {
        const [size1, size2] = a < b ? [a, b] : [b, a];
        const proof = await log.store.call("proof", { size1, size2 });
        const claim = { size1, size2, proof, root1: rootOf(size1), root2: rootOf(size2) };
        expect(verifyConsistency(claim)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("verifies as a whole", async () => {
    const report = await log.verify();
    expect(report.problems).toEqual([]);
    expect([report.verified, report.size, report.uncovered]).toEqual([true, ENTRIES, 0]);
  });
});
