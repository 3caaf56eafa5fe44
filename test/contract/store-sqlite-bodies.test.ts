import { spawnSync } from "node:child_process";
import {
  appendFile,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { copySqlite, copyStore, openSqliteReader, openSqliteStore, readSqlite } from "#store";
import type { BodyProcedures } from "./store-fixture-bodies.ts";
import { faultOf } from "./store-harness.ts";

/** Bodies beside the rows of an SQLite store (TP-STORE-11, TP-STORE-12, TP-DISP-4). */

const MODULE = new URL("./store-fixture-bodies.ts", import.meta.url);
const CHILD = fileURLToPath(new URL("../support/bodies-child.ts", import.meta.url));
const FEBRUARY = { label: "trace", month: "2026-02" };
const FIRST = "trace-2026-02-1.body";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-bodies-"));
  file = join(folder, "store.sqlite");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const openStore = () => openSqliteStore<BodyProcedures>({ file, module: MODULE });
const bodies = () => `${file}.bodies`;
const first = () => join(bodies(), FIRST);
const content = (id: number, size = 5_000) => new Uint8Array(size).fill(id);
const letter = (id: number, group = FEBRUARY) => ({ id, group, content: content(id) });

/** A store that is closed, with some letters in one file. */
async function filled(...ids: readonly number[]): Promise<void> {
  const store = await openStore();
  for (const id of ids) await store.call("keep", letter(id));
  await store.close();
}

/** Keeps or drops in a process of its own; a signal ends it, or its output does. */
function child(work: string, strike = "", limit = "unlimited"): string[] {
  const module = `${new URL("../support/struck-bodies.ts", import.meta.url).href}?${strike}`;
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", CHILD];
  const words = ["-c", 'ulimit -S -f "$0"; exec "$@"', limit, ...node, work, file, module];
  const { signal, stdout } = spawnSync("bash", words, { encoding: "utf8" });
  return [...stdout.trim().split("\n"), ...(signal ? [signal] : [])];
}

describe("bodies in files", () => {
  test("come back as they were, also to who has just kept them, and are nobody else's", async () => {
    const store = await openStore();
    expect(await store.call("keepAndRead", letter(1))).toEqual(content(1));
    const others = [
      { ...letter(2), group: { label: "persons", month: "2026-02" } },
      { ...letter(3), group: { label: "trace", month: "2026-03" } },
      { ...letter(4), group: { label: "../else", month: "2026-03" } },
      letter(5),
    ];
    await Promise.all(others.map((one) => store.call("keep", one)));
    for (const id of [1, 2, 3, 4, 5]) expect(await store.call("read", id)).toEqual(content(id));
    const names = (await readdir(bodies())).map((name) => name.replace(/-\d+\.body/u, "")).sort();
    expect(names).toEqual(["other-2026-03", "persons-2026-02", "trace-2026-02", "trace-2026-03"]);
    for (const name of ["", ...(await readdir(bodies()))]) {
      expect((await stat(join(bodies(), name))).mode & 0o077, name).toBe(0);
    }
    const wrong = { ...letter(6), group: { label: "trace", month: "../../x" } };
    expect((await faultOf(store.call("keep", wrong))).message).toContain("is no month");
    await store.close();
  });

  test("of a call that is taken back are overwritten by the next, and harm no other", async () => {
    const store = await openStore();
    const calls = [
      store.call("keep", letter(1)),
      faultOf(store.call("keepThenThrow", letter(2))),
      faultOf(
        store.call("keepThenThrow", { ...letter(3), group: { ...FEBRUARY, label: "audit" } }),
      ),
      store.call("keep", letter(4)),
      store.call("keep", { ...letter(5), group: { ...FEBRUARY, label: "consent" } }),
    ];
    await Promise.all(calls);
    for (const id of [1, 4, 5]) expect(await store.call("read", id)).toEqual(content(id));
    expect((await readFile(first())).includes(Buffer.alloc(64, 2))).toBe(false);
    // What no commit names is gone at the next clean-up.
    expect(await store.scrub()).toBe(true);
    await store.close();
    expect((await readdir(bodies())).map((name) => name.split("-")[0])).toEqual([
      "consent",
      "trace",
    ]);
  });

  test("that are dropped are zeros after the clean-up, their neighbours are not", async () => {
    await filled(1, 2, 3);
    const store = await openStore();
    await store.call("drop", 2);
    const reader = openSqliteReader(file);
    await reader.read(async (tx) => {
      await tx.get("SELECT 1 FROM letters");
      await store.call("drop", 1);
      // Somebody still reads a state that names it.
      expect(await store.scrub()).toBe(false);
      expect((await readFile(first())).includes(Buffer.alloc(64, 1))).toBe(true);
    });
    reader.close();
    expect(await store.scrub()).toBe(true);
    const bytes = await readFile(first());
    for (const [id, isLeft] of [
      [1, false],
      [2, false],
      [3, true],
    ] as const) {
      expect(bytes.includes(Buffer.alloc(64, id)), String(id)).toBe(isLeft);
    }
    expect(await store.call("read", 3)).toEqual(content(3));
    await store.call("keep", letter(4));
    expect(await readdir(bodies())).toEqual([FIRST]);
    for (const id of [3, 4]) await store.call("drop", id);
    await store.call("keep", letter(5));
    expect(await store.scrub()).toBe(true);
    // Nothing lives in the first one any more.
    expect(await readdir(bodies())).toEqual(["trace-2026-02-2.body"]);
    expect(await store.call("read", 5)).toEqual(content(5));
    await store.close();
  });

  test("come along into a copy: of the file as they lie, of the store in its rows", async () => {
    await filled(1, 2, 3);
    const store = await openStore();
    await store.call("drop", 2);
    await store.call("drop", 3);
    await store.call("keep", letter(4));
    const backup = join(folder, "backup.sqlite");
    expect(await copySqlite(file, backup)).toEqual([`backup.sqlite.bodies/${FIRST}`]);
    const rows = join(folder, "rows.sqlite");
    await copyStore({ kind: "sqlite", file }, { kind: "sqlite", file: rows }, MODULE);
    await store.close();
    const copied = await readFile(join(folder, `backup.sqlite.bodies/${FIRST}`));
    // What was dropped and waits to be overwritten is not in the copy.
    expect(copied.includes(Buffer.alloc(64, 2)) || copied.includes(Buffer.alloc(64, 3))).toBe(
      false,
    );
    await rm(bodies(), { recursive: true });
    for (const one of [backup, rows]) {
      const copy = await readSqlite<BodyProcedures>(one, MODULE);
      for (const id of [1, 4]) expect(await copy.call("read", id), one).toEqual(content(id));
      await copy.close();
    }
    expect((await readdir(folder)).filter((name) => name.startsWith("rows"))).toEqual([
      "rows.sqlite",
    ]);
    await expect(copySqlite(file, join(folder, "third.sqlite"))).rejects.toThrow(FIRST);
  });
});

describe("body files in trouble", () => {
  const body = (at: number, bytes: readonly number[]) => async () => {
    await using handle = await open(first(), "r+");
    await handle.write(Uint8Array.from(bytes), 0, bytes.length, at);
  };

  test.each([
    ["garbled", body(20 + 100, [0xff]), /trace-2026-02-1\.body is garbled in the body at byte 0/],
    ["with another frame", body(19, [9]), /has another body at byte 0 than row 1 says/],
    ["missing", () => rm(first()), /the body file trace-2026-02-1\.body cannot be opened/],
    ["cut", () => truncate(first(), 4_000), /trace-2026-02-1\.body ends before the body at byte 0/],
  ])("%s: the body is not read, the file is named, others go on", async (how, harm, said) => {
    await filled(1, 2);
    await harm();
    const store = await openStore();
    expect((await faultOf(store.call("read", 1))).message).toMatch(said);
    const isLost = how === "missing" || how === "cut";
    const told = await store.call("problems", undefined);
    expect(told.filter((one) => one.includes(FIRST)).length).toBe(isLost ? 1 : 0);
    await store.call("keep", letter(3));
    expect(await store.call("read", 3)).toEqual(content(3));
    if (!isLost) expect(await store.call("read", 2)).toEqual(content(2));
    // Nothing is written into a file that has lost bytes.
    expect((await readdir(bodies())).length).toBe(how === "cut" ? 2 : 1);
    for (const id of [1, 2, 3]) await store.call("drop", id);
    expect(await store.scrub()).toBe(true);
    expect(await readdir(bodies())).toEqual([]);
    await store.close();
  });

  test("what was written behind the last commit goes with the next body, or clean-up", async () => {
    await filled(1);
    const { size } = await stat(first());
    await appendFile(first(), content(7));
    await writeFile(join(bodies(), "trace-2026-02-9.body"), content(7));
    await writeFile(join(bodies(), "notes"), "of somebody");
    const reader = await readSqlite<BodyProcedures>(file, MODULE);
    expect(await reader.call("read", 1)).toEqual(content(1));
    await reader.close();
    // An older store beside newer files is opened before it is refused: nothing is lost by that.
    await (await openStore()).close();
    expect((await stat(first())).size).toBeGreaterThan(size);
    const store = await openStore();
    await store.call("keep", letter(2));
    expect((await stat(first())).size).toBe(2 * size);
    expect(await store.scrub()).toBe(true);
    await store.close();
    expect((await readdir(bodies())).toSorted()).toEqual(["notes", FIRST]);
  });
});

describe("a process that is killed, or has no room", () => {
  test("with bodies on disk before their commit: what was acknowledged is there", async () => {
    expect(child("keep")).toEqual(["1", "2", "3", "4"]);
    expect(child("keep", "store.bodies-synced:3")).toEqual(["5", "6", "SIGKILL"]);
    const before = (await stat(first())).size;
    const store = await openStore();
    expect(await store.call("ids", undefined)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const id of [1, 6]) expect(await store.call("read", id)).toEqual(content(id, 40_000));
    expect(await store.scrub()).toBe(true);
    expect((await stat(first())).size).toBe((before / 7) * 6);
    await store.close();
  });

  test.each(["store.bodies-overwritten", "store.body-file-removed"])(
    "at %s: the next clean-up ends it",
    async (point) => {
      child("keep");
      expect(child("drop", point).at(-1)).toBe("SIGKILL");
      const store = await openStore();
      expect(await store.call("ids", undefined)).toEqual([]);
      expect(await store.call("problems", undefined)).toEqual([]);
      expect(await store.scrub()).toBe(true);
      expect(await readdir(bodies())).toEqual([]);
      await store.call("keep", letter(5));
      expect(await store.call("read", 5)).toEqual(content(5));
      await store.close();
    },
  );

  test("keeps what it acknowledged on a full disk, refuses the rest, and goes on", async () => {
    const said = child("fill", "", "2048");
    expect(said.at(-1)).toBe("STORE");
    const kept = said.slice(0, -1).map(Number);
    expect(kept.length).toBeGreaterThan(2);
    const store = await openStore();
    expect(await store.call("ids", undefined)).toEqual(kept);
    for (const id of kept) expect(await store.call("read", id)).toEqual(content(id, 200_000));
    await store.call("keep", letter(99));
    expect(await store.call("read", 99)).toEqual(content(99));
    await store.close();
  });
});
