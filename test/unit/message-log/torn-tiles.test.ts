import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type MadeUpLog, openMadeUpLog } from "./made-up-log.ts";

/** Two full tiles and a part of one. */
const SIZE = 700;
const TILE = { level: 0, index: 1, width: 256 };

let log: MadeUpLog;
let before: unknown;

beforeAll(async () => {
  log = await openMadeUpLog();
  await log.grow(SIZE);
  before = await proofs();
});
afterAll(() => log.remove());

/** Everything that is made from tiles. */
async function proofs(): Promise<unknown> {
  return [
    await log.store.call("root", 600),
    await log.store.call("paths", [
      { index: 300, size: SIZE },
      { index: 511, size: 512 },
      { index: 3, size: 699 },
    ]),
    await log.store.call("proof", { size1: 301, size2: SIZE }),
    await log.store.call("tile", TILE),
    await log.store.call("tile", { ...TILE, width: 9 }),
  ];
}

const set = (hashes: string): string =>
  `UPDATE log_tiles SET hashes = ${hashes} WHERE tile_index = 1`;
const TORN = [
  ["cut short", set("substr(hashes, 1, 4096)")],
  ["cut short within a hash", set("substr(hashes, 1, 8191)")],
  ["empty", set("x''")],
  ["longer", set("CAST(hashes || x'00' AS BLOB)")],
  [
    "overwritten in its middle",
    set("CAST(substr(hashes, 1, 4000) || zeroblob(512) || substr(hashes, 4513) AS BLOB)"),
  ],
] as const;

describe("a tile that is torn (TP-LOG-5)", () => {
  let undo: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    const kept = (await log.store.call("tile", TILE)) ?? expect.fail("no tile");
    undo = [() => log.tamper("UPDATE log_tiles SET hashes = ? WHERE tile_index = 1", kept)];
  });
  afterEach(async () => {
    for (const step of undo) await step();
    expect((await log.verify()).verified).toBe(true);
  });

  test.each(TORN)("%s changes no proof, and is named", async (_, sql) => {
    expect(await log.tamper(sql)).toBe(1);
    expect(await proofs()).toEqual(before);
    const { problems } = await log.verify();
    expect(problems).toContain("tile 1 of level 0 has other hashes than the entries");
  });

  test("with what it was made from is refused, and named", async () => {
    const first = await log.store.call("paths", [{ index: 3, size: 256 }]);
    const [, sql] = TORN[0];
    await log.tamper(sql);
    const hash = `(SELECT leaf_hash FROM log_entries WHERE entry_index = 301)`;
    await log.tamper(`CREATE TABLE aside AS SELECT ${hash} AS hash`);
    undo.push(
      () =>
        log.tamper(
          "UPDATE log_entries SET leaf_hash = (SELECT hash FROM aside) WHERE entry_index = 301",
        ),
      () => log.tamper("DROP TABLE aside"),
    );
    await log.tamper("UPDATE log_entries SET leaf_hash = zeroblob(32) WHERE entry_index = 301");
    await expect(proofs()).rejects.toMatchObject({
      code: "STORE",
      message: "tile 1 of level 0 of the log is damaged",
    });
    // What does not need it is given.
    expect(await log.store.call("paths", [{ index: 3, size: 256 }])).toEqual(first);
  });

  test("in the root that is kept of it alone changes no proof, and is named", async () => {
    const path = await log.store.call("paths", [{ index: 300, size: 512 }]);
    await log.tamper("CREATE TABLE aside AS SELECT hash FROM log_subtrees WHERE position = 1");
    undo.push(
      () =>
        log.tamper("UPDATE log_subtrees SET hash = (SELECT hash FROM aside) WHERE position = 1"),
      () => log.tamper("DROP TABLE aside"),
    );
    await log.tamper("UPDATE log_subtrees SET hash = zeroblob(32) WHERE position = 1");
    expect(await log.store.call("paths", [{ index: 300, size: 512 }])).toEqual(path);
    expect((await log.verify()).problems.join("\n")).toContain("the root of tile 1 of level 0");
  });
});
