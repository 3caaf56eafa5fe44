import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyRoot, hashLeaf, openCheckpoint, verifyEvidence, verifyInclusion } from "#message-log";
import { LOG_LIMITS } from "#runtime";
import { type MadeUpLog, madeUpEntry, ORIGIN, openMadeUpLog } from "./made-up-log.ts";

let log: MadeUpLog;
beforeEach(async () => {
  log = await openMadeUpLog();
});
afterEach(() => log.remove());

describe("a stored message log (TP-LOG-3, TP-LOG-4)", () => {
  test("is the empty tree before its first entry", async () => {
    expect(await log.store.call("head", undefined)).toEqual({ size: 0, rootHash: emptyRoot() });
    expect(await log.store.call("checkpoint", undefined)).toBeUndefined();
    expect((await log.verify()).verified).toBe(true);
  });

  test("gives each appended entry evidence that anybody can check", async () => {
    await log.grow(300);
    const entries = [300, 301, 302].map((index) => madeUpEntry(index));
    const appended = await log.store.call("append", entries);
    expect([appended.firstIndex, appended.size]).toEqual([300, 303]);
    const checkpoint = log.signer.sign(appended.size, appended.rootHash);
    for (const [offset, entry] of entries.entries()) {
      const index = BigInt(appended.firstIndex + offset);
      const inclusionPath = appended.inclusionPaths[offset] ?? [];
      const evidence = { entry, index, checkpoint, inclusionPath };
      const outcome = verifyEvidence(evidence, ORIGIN, [log.keyPair.publicKey]);
      expect(outcome.ok).toBe(true);
    }
    expect(await log.store.call("entry", 301)).toEqual(entries[1]);
    expect(await log.store.call("entry", 303)).toBeUndefined();
  });

  test("makes the evidence of an earlier size again, byte for byte", async () => {
    await log.grow(200);
    const first = await log.store.call("append", [madeUpEntry(200), madeUpEntry(201)]);
    const note = log.signer.sign(first.size, first.rootHash);
    await log.grow(900, 97);
    const rootHash = await log.store.call("root", first.size);
    expect(log.signer.sign(first.size, rootHash)).toBe(note);
    const again = await log.store.call("paths", [{ index: 201, size: first.size }]);
    expect(again[0]).toEqual(first.inclusionPaths[1]);
  });

  test("takes nothing of a batch whose records were refused", async () => {
    await log.grow(10);
    const before = await log.store.call("head", undefined);
    await expect(log.store.call("appendThenThrow", [madeUpEntry(10)])).rejects.toThrow("refused");
    expect(await log.store.call("head", undefined)).toEqual(before);
    await log.grow(10);
    expect((await log.verify()).verified).toBe(true);
  });

  test("refuses an empty batch, an empty entry and one that is too long", async () => {
    const tooLong = new Uint8Array(LOG_LIMITS.entryBytesMax + 1);
    for (const entries of [[], [new Uint8Array(0)], [madeUpEntry(0), tooLong]]) {
      await expect(log.store.call("append", entries)).rejects.toMatchObject({ code: "INTERNAL" });
    }
    await log.store.call("append", [new Uint8Array(LOG_LIMITS.entryBytesMax)]);
  });

  test("refuses proofs about sizes it has not reached", async () => {
    await log.grow(10);
    const { store } = log;
    const internal = { code: "INTERNAL" };
    await expect(store.call("root", 11)).rejects.toMatchObject(internal);
    await expect(store.call("root", -1)).rejects.toMatchObject(internal);
    await expect(store.call("paths", [{ index: 3, size: 11 }])).rejects.toMatchObject(internal);
    await expect(store.call("paths", [{ index: 3, size: 3 }])).rejects.toMatchObject(internal);
    const sizes = [
      { size1: 0, size2: 5 },
      { size1: 6, size2: 5 },
      { size1: 5, size2: 11 },
    ];
    for (const pair of sizes) {
      await expect(store.call("proof", pair)).rejects.toMatchObject(internal);
    }
  });
});

describe("the latest checkpoint", () => {
  test("is kept, and never replaced by an earlier one", async () => {
    await log.grow(5);
    const earlier = await log.store.call("checkpoint", undefined);
    await log.grow(5);
    const later = await log.store.call("checkpoint", undefined);
    await log.store.call("save", { note: earlier ?? "", size: 5 });
    expect(await log.store.call("checkpoint", undefined)).toBe(later);
    expect(openCheckpoint(later ?? "", ORIGIN, [log.keyPair.publicKey])?.size).toBe(10);
  });

  test("is refused when it is not of this log", async () => {
    await log.grow(5);
    const { rootHash } = await log.store.call("head", undefined);
    const notes = [
      { note: log.signer.sign(5, hashLeaf(rootHash)), size: 5 },
      { note: log.signer.sign(4, rootHash), size: 4 },
      { note: log.signer.sign(5, rootHash), size: 4 },
      { note: log.signer.sign(6, rootHash), size: 6 },
      { note: "no note", size: 5 },
    ];
    for (const args of notes) {
      await expect(log.store.call("save", args)).rejects.toMatchObject({ code: "INTERNAL" });
    }
  });

  test("may lag behind: entries after it are in order, and said to be uncovered", async () => {
    await log.grow(400);
    await log.store.call("append", [madeUpEntry(400), madeUpEntry(401)]);
    const report = await log.verify();
    expect([report.verified, report.size, report.uncovered]).toEqual([true, 402, 2]);
    const [path = []] = await log.store.call("paths", [{ index: 401, size: 402 }]);
    const { rootHash } = report;
    const leafHash = hashLeaf(madeUpEntry(401));
    expect(verifyInclusion({ leafHash, index: 401, size: 402, path, rootHash })).toBe(true);
  });
});
