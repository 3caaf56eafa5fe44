import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cosign, createCheckpointSigner } from "#message-log";
import { LOG_LIMITS, type SqlValue } from "#runtime";
import { generateLogKey, generateSigningKey } from "#trust";
import { type MadeUpLog, madeUpEntry, ORIGIN, openMadeUpLog } from "./made-up-log.ts";

/** Two full tiles and a part of one. */
const ENTRIES = 600;

let log: MadeUpLog;
beforeEach(async () => {
  log = await openMadeUpLog();
  await log.grow(ENTRIES);
});
afterEach(() => log.remove());

async function problemsAfter(sql: string, ...params: SqlValue[]): Promise<string> {
  expect(await log.tamper(sql, ...params)).toBeGreaterThan(0);
  const report = await log.verify();
  expect(report.verified).toBe(false);
  expect(report.problemsTotal).toBeGreaterThanOrEqual(report.problems.length);
  return report.problems.join("\n");
}

describe("verifying a whole log (TP-LOG-12)", () => {
  test("finds nothing wrong with a log as the gateway writes it", async () => {
    const report = await log.verify();
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ verified: true, size: ENTRIES, uncovered: 0, problemsTotal: 0 });
    const head = await log.store.call("head", undefined);
    expect(report.rootHash).toEqual(head.rootHash);
    expect(report.checkpoint).toBe(log.signer.sign(ENTRIES, head.rootHash));
  });

  test("finds an entry that was replaced, even with its leaf hash", async () => {
    const sql = "UPDATE log_entries SET entry = ? WHERE entry_index = 300";
    const problems = await problemsAfter(sql, madeUpEntry(300, { sender: "BR" }));
    expect(problems).toContain("entry 300 is not the one that was hashed");
    expect(problems).toContain("tile 1 of level 0 has other hashes");
    expect(problems).toContain("the checkpoint of size 600 has another root");
    expect(problems).toContain("the tree head has another root");
  });

  test("finds entries that were exchanged", async () => {
    await log.tamper("UPDATE log_entries SET entry_index = -1 WHERE entry_index = 10");
    await log.tamper("UPDATE log_entries SET entry_index = 10 WHERE entry_index = 11");
    const sql = "UPDATE log_entries SET entry_index = 11 WHERE entry_index = -1";
    const problems = await problemsAfter(sql);
    expect(problems).toContain("entry 11 was recorded before the one before it");
    expect(problems).toContain("the checkpoint of size 600 has another root");
  });

  test("finds an entry that was taken out, and one that was put before the first", async () => {
    const problems = await problemsAfter("DELETE FROM log_entries WHERE entry_index = 5");
    expect(problems).toContain("entry 5 is missing");
    const sql = "INSERT INTO log_entries SELECT -7, leaf_hash, entry FROM log_entries LIMIT 1";
    expect(await problemsAfter(sql)).toContain("entry 0 is missing; -7 stands in its place");
  });

  test("finds a log that was cut off behind its checkpoint", async () => {
    const problems = await problemsAfter("DELETE FROM log_entries WHERE entry_index >= 590");
    expect(problems).toContain("cut off: 600 entries were signed, 590 are there");
  });

  test("finds a log that was cut off and whose head was made to fit", async () => {
    const shorter = await openMadeUpLog();
    await shorter.grow(590);
    const { size, rootHash } = await shorter.store.call("head", undefined);
    await shorter.remove();
    await log.tamper("DELETE FROM log_entries WHERE entry_index >= 590");
    const sql = "UPDATE log_head SET size = ?, root_hash = ?";
    expect(await problemsAfter(sql, size, rootHash)).toContain("cut off");
  });

  test.each([
    ["a tile", "UPDATE log_tiles SET hashes = zeroblob(8192) WHERE tile_index = 0", "tile 0"],
    [
      "a missing tile",
      "DELETE FROM log_tiles WHERE tile_index = 1",
      "tile 1 of level 0 is missing",
    ],
    ["a tile too many", "INSERT INTO log_tiles VALUES (3, 9, zeroblob(8192))", "log_tiles has 3"],
    ["a root of a tile", "UPDATE log_subtrees SET hash = zeroblob(32)", "root of tile 0"],
    [
      "a leaf hash",
      "UPDATE log_entries SET leaf_hash = zeroblob(32) WHERE entry_index = 1",
      "entry 1",
    ],
    ["the size of the head", "UPDATE log_head SET size = 601", "the tree head says 601"],
    ["the compact range", "UPDATE log_head SET compact_range = x''", "would append wrongly"],
    ["the head as a whole", "UPDATE log_head SET root_hash = zeroblob(32)", "another root"],
    [
      "an entry that is none",
      "UPDATE log_entries SET entry = x'00' WHERE entry_index = 9",
      "entry 9:",
    ],
    ["no checkpoint at all", "UPDATE log_head SET checkpoint = NULL", "no checkpoint"],
    ["a broken checkpoint", "UPDATE log_head SET checkpoint = 'x'", "not signed"],
  ])("finds %s", async (_, sql, problem) => {
    expect(await problemsAfter(sql)).toContain(problem);
  });

  test("finds a checkpoint signed with another key", async () => {
    const { rootHash } = await log.store.call("head", undefined);
    const forger = createCheckpointSigner(generateSigningKey(), ORIGIN);
    const sql = "UPDATE log_head SET checkpoint = ?";
    const problems = await problemsAfter(sql, forger.sign(ENTRIES, rootHash));
    expect(problems).toContain(`the checkpoint is not signed as "${ORIGIN}"`);
  });

  test("finds that the second signature is missing, when the register promises one (TP-LOG-17)", async () => {
    const logKey = generateLogKey();
    const keys = [log.keyPair.publicKey, logKey.publicKey];
    expect((await log.verify(keys)).problems).toEqual([
      "the checkpoint lacks the ML-DSA-44 signature that the register promises",
    ]);
    const { rootHash } = await log.store.call("head", undefined);
    const note = log.signer.sign(ENTRIES, rootHash);
    const both = note + cosign(note, { ...logKey, name: ORIGIN }, 1);
    await log.store.call("save", { note: both, size: ENTRIES });
    expect((await log.verify(keys)).problems).toEqual([]);
  });

  test("finds an entry numbered beyond all numbers", async () => {
    const sql = "UPDATE log_entries SET entry_index = ? WHERE entry_index = 599";
    expect(await problemsAfter(sql, 2n ** 62n)).toContain(`entry 599 is missing; ${2n ** 62n}`);
  });

  test("gives up on a log without a head", async () => {
    expect(await log.tamper("DELETE FROM log_head")).toBe(1);
    await expect(log.verify()).rejects.toMatchObject({ code: "STORE" });
  });

  test("lists only the first of many problems, and counts them all", async () => {
    await log.tamper("UPDATE log_entries SET leaf_hash = zeroblob(32)");
    const report = await log.verify();
    expect(report.problems.length).toBe(LOG_LIMITS.problemsMax);
    expect(report.problemsTotal).toBe(ENTRIES);
  });
});
