import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteReader, openSqliteStore, readSqlite } from "#store";
import type { ContractProcedures } from "./store-fixture.ts";
import type { HostileProcedures } from "./store-fixture-hostile.ts";
import { faultOf, ids, item } from "./store-harness.ts";

const CONTRACT = new URL("./store-fixture.ts", import.meta.url);
const HOSTILE = new URL("./store-fixture-hostile.ts", import.meta.url);
const scriptPath = (name: string) => fileURLToPath(new URL(name, import.meta.url));

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-store-"));
  file = join(folder, "store.sqlite");
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const openContract = () => openSqliteStore<ContractProcedures>({ file, module: CONTRACT });
const openHostile = () => openSqliteStore<HostileProcedures>({ file, module: HOSTILE });

async function fillAndClose(): Promise<void> {
  const store = await openContract();
  const body = new Uint8Array(2_000).fill(0x41);
  const items = Array.from({ length: 200 }, (_, id) => ({ id, label: `label ${id}`, body }));
  await store.call("putAll", items);
  await store.close();
}

async function overwrite(at: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "r+");
  await handle.write(bytes, 0, bytes.length, at);
  await handle.close();
}

describe("the file of an SQLite store", () => {
  test("syncs every commit, overwrites what is deleted, and is nobody else's to read", async () => {
    const store = await openHostile();
    expect(await store.call("settings", undefined)).toEqual({
      journalMode: "wal",
      synchronous: 2,
      pageSize: 8192,
      secureDelete: 1,
      foreignKeys: 1,
      busyTimeout: 5_000,
    });
    expect(await store.call("inMainThread", undefined)).toBe(false);
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).mode & 0o077, name).toBe(0);
    }
    await store.close();
    expect(await readdir(folder)).toEqual(["store.sqlite"]);
  });

  test("holds nothing of what was deleted once it is closed", async () => {
    const secret = Buffer.from("the serial number is 4711-4712");
    const store = await openHostile();
    await store.call("put", secret);
    await store.call("remove", undefined);
    await store.close();
    expect((await readFile(file)).includes(secret)).toBe(false);
  });

  test.each([
    ["a text", Buffer.from("this is not a store, it is somebody's notes\n".repeat(9))],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])],
  ])("refuses %s and leaves it as it is", async (_, content) => {
    await writeFile(file, content);
    const fault = await faultOf(openContract());
    expect([fault.code, fault.remedy !== ""]).toEqual(["DATA_FOLDER", true]);
    expect(await readFile(file)).toEqual(content);
    expect((await faultOf(readSqlite(file, CONTRACT))).code).toBe("DATA_FOLDER");
  });

  test("refuses the SQLite file of another program and leaves it as it is", async () => {
    const other = new DatabaseSync(file);
    other.exec("CREATE TABLE bookmarks (url TEXT)");
    other.close();
    const before = await readFile(file);
    const fault = await faultOf(openContract());
    expect([fault.code, fault.problems]).toEqual([
      "DATA_FOLDER",
      ["it is an SQLite file of another program"],
    ]);
    expect(await readFile(file)).toEqual(before);
  });

  test("takes an empty file, as a process killed at its first start leaves it", async () => {
    await writeFile(file, "");
    const store = await openContract();
    await store.call("put", item(1));
    await store.close();
    expect((await faultOf(readSqlite(join(folder, "none"), CONTRACT))).code).toBe("DATA_FOLDER");
  });

  test("refuses a file that was cut off", async () => {
    await fillAndClose();
    const content = await readFile(file);
    await writeFile(file, content.subarray(0, content.length - 3 * 8192));
    const fault = await faultOf(openContract());
    expect([fault.code, fault.message.includes("damaged")]).toEqual(["DATA_FOLDER", true]);
    expect(fault.remedy).toContain("backup");
    expect((await faultOf(readSqlite(file, CONTRACT))).code).toBe("DATA_FOLDER");
  });

  test("refuses a file whose pages were overwritten", async () => {
    await fillAndClose();
    for (const page of [1, 2, 3, 4]) await overwrite(page * 8192, new Uint8Array(200).fill(0xff));
    expect((await faultOf(openContract())).code).toBe("DATA_FOLDER");
  });

  test("says what to do when its folder is missing", async () => {
    file = join(folder, "missing", "store.sqlite");
    const fault = await faultOf(openContract());
    expect([fault.code, fault.remedy !== ""]).toEqual(["DATA_FOLDER", true]);
  });
});

describe("reading the file of an SQLite store", () => {
  test("shows what a killed process left in the write-ahead log", async () => {
    const place = JSON.stringify({ kind: "sqlite", file });
    const child = spawn(process.execPath, [scriptPath("store-writer.ts"), place, "100"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect((await stat(`${file}-wal`)).size).toBeGreaterThan(0);
    const reader = await readSqlite<ContractProcedures>(file, CONTRACT);
    expect(await ids(reader)).toEqual(expect.arrayContaining([100, 101]));
    await reader.close();
  });

  test("gives one state to a whole reading, whatever is written meanwhile", async () => {
    const store = await openContract();
    await store.call("put", item(1));
    const reader = openSqliteReader(file);
    const count = "SELECT count(*) AS n FROM items";
    const seen = await reader.read(async (tx) => {
      const before = await tx.get(count);
      await store.call("put", item(2));
      return [before, await tx.get(count)];
    });
    expect(seen.map((row) => row?.n)).toEqual([1, 1]);
    expect((await reader.read((tx) => tx.get(count)))?.n).toBe(2);
    expect((await faultOf(reader.read((tx) => tx.run("DELETE FROM items")))).code).toBe("STORE");
    reader.close();
    await store.close();
  });

  test("works on a copy of the file alone", async () => {
    await fillAndClose();
    const copy = join(folder, "copy.sqlite");
    await copyFile(file, copy);
    const reader = await readSqlite<ContractProcedures>(copy, CONTRACT);
    expect((await ids(reader)).length).toBe(200);
    await reader.close();
  });
});

describe("an SQLite store in trouble", () => {
  test("keeps what it acknowledged on a full disk, refuses the rest, and goes on", async () => {
    const limited = 'ulimit -f 4096; exec "$0" "$1" "$2"';
    const args = ["-c", limited, process.execPath, scriptPath("store-sqlite-full-disk.ts"), file];
    const { stdout } = await promisify(execFile)("bash", args);
    const report = JSON.parse(stdout) as { kept: number; counted: number; codes: string[] };
    expect(report.kept).toBeGreaterThan(0);
    expect(report.counted).toBe(report.kept);
    expect(report.codes).toEqual(["STORE", "STORE"]);
    const store = await openHostile();
    expect(await store.call("count", undefined)).toBe(report.kept + 1);
    await store.close();
  });

  test("rejects every call when its thread ends, and all later ones", async () => {
    const store = await openHostile();
    const calls = [store.call("endThread", undefined), store.call("put", new Uint8Array(1))];
    for (const call of calls) expect((await faultOf(call)).code).toBe("STORE");
    expect((await faultOf(store.call("count", undefined))).code).toBe("STORE");
    await store.close();
  });

  test("does not hide a fault that a procedure left behind", async () => {
    const store = await openHostile();
    await store.call("leaveRejection", undefined).catch(() => undefined);
    // Node tells of it when the thread has nothing else to do, so some calls may still pass.
    const untilRefused = async () => {
      for (;;) await store.call("count", undefined);
    };
    expect((await faultOf(untilRefused())).message).toContain("nobody waits for me");
    await store.close();
  });
});
