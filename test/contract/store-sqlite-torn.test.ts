import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, open, readFile, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STORE_LIMITS } from "#runtime";
import { openSqliteStore, storeDamage } from "#store";
import type { ContractProcedures } from "./store-fixture.ts";
import { faultOf, ids, item } from "./store-harness.ts";

/** Pages that a killed process, or a machine without power, has written in part (TP-STORE-10). */

const MODULE = new URL("./store-fixture.ts", import.meta.url);
const WRITER = fileURLToPath(new URL("./store-writer.ts", import.meta.url));
const FIRST_ID = 100;
const { pageBytes } = STORE_LIMITS;
/** Most rows of one commit: eight calls of two rows wait at a time. */
const ROWS_IN_FLIGHT = 16;
/** Headers of SQLite's write-ahead log, and of each page in it. */
const [LOG_HEADER, FRAME_HEADER] = [32, 24];

let dir = "";
/** As a process left it that was killed while it wrote, with a write-ahead log. */
let killed = "";
/** The same, opened and closed again: one file. */
let closed = "";
let acknowledged: number[] = [];
let whole: number[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-torn-"));
  killed = join(dir, "killed.sqlite");
  closed = join(dir, "closed.sqlite");
  const place = JSON.stringify({ kind: "sqlite", file: killed });
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const child = spawn(process.execPath, [WRITER, place, String(FIRST_ID)], { stdio: [...stdio] });
  let said = "";
  await new Promise<void>((enough) => {
    child.stdout.on("data", (text: Buffer) => {
      said += text.toString();
      if (said.split("\n").length > 60) enough();
    });
  });
  child.kill("SIGKILL");
  await once(child, "exit");
  acknowledged = said.split("\n").slice(0, -1).map(Number);
  await copyFile(killed, closed);
  await copyFile(`${killed}-wal`, `${closed}-wal`);
  whole = await idsIn(closed);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function idsIn(file: string): Promise<number[]> {
  const store = await openSqliteStore<ContractProcedures>({ file, module: MODULE });
  const found = await ids(store);
  await store.close();
  return found;
}

async function write(file: string, at: number, bytes: Uint8Array): Promise<void> {
  await using handle = await open(file, "r+");
  await handle.write(bytes, 0, bytes.length, at);
}

/** A copy with its write-ahead log, or of a store that was closed. */
async function copyOf(name: string, from = killed): Promise<string> {
  const to = join(dir, `${name}.sqlite`);
  await copyFile(from, to);
  if (from === killed) await copyFile(`${from}-wal`, `${to}-wal`);
  return to;
}

describe("a store whose process was killed", () => {
  test("holds all it had said yes to, in whole batches", () => {
    expect(whole).toEqual(expect.arrayContaining(acknowledged));
    expect(whole).toEqual(whole.map((_, at) => FIRST_ID + at));
    expect(whole.length % 2).toBe(0);
  });

  const garbled = Buffer.alloc(pageBytes / 2, 0xa5);
  const frameBytes = FRAME_HEADER + pageBytes;
  const inLog = [
    ["cut short", (file: string, end: number) => truncate(file, end - pageBytes / 2)],
    ["garbled", (file: string, end: number) => write(file, end - pageBytes / 2, garbled)],
    [
      "of zeros",
      (file: string, end: number) => write(file, end - frameBytes, Buffer.alloc(frameBytes)),
    ],
  ] as const;

  test.each(inLog)(
    "and the last page of its log is %s, opens with what was whole before",
    async (name, tear) => {
      const file = await copyOf(`log ${name}`);
      const { size } = await stat(`${file}-wal`);
      await tear(`${file}-wal`, size - ((size - LOG_HEADER) % frameBytes));
      const store = await openSqliteStore<ContractProcedures>({ file, module: MODULE });
      const found = await ids(store);
      // What was lost is sent again, and taken.
      const [one = 0, other = 0] = whole.slice(-2);
      await store.call("putAll", [item(one), item(other)]);
      await store.close();
      expect(found).toEqual(whole.slice(0, found.length));
      expect(found.length % 2).toBe(0);
      expect(found.length).toBeGreaterThanOrEqual(whole.length - ROWS_IN_FLIGHT);
      expect(found.length).toBeLessThan(whole.length);
      expect(storeDamage(file)).toEqual([]);
    },
  );

  test("while pages of its log went into the file, opens with all of it", async () => {
    const file = await copyOf("file torn");
    // Every page that the log has too may be half written by then.
    const log = await readFile(`${file}-wal`);
    for (let at = LOG_HEADER; at + frameBytes <= log.length; at += frameBytes) {
      await write(file, (log.readUInt32BE(at) - 1) * pageBytes + pageBytes / 2, garbled);
    }
    expect(await idsIn(file)).toEqual(whole);
    expect(storeDamage(file)).toEqual([]);
  });
});

describe("a store whose last page is torn, and no log has it", () => {
  test("is refused, naming the file and how long it must be, when the page was cut short", async () => {
    const file = await copyOf("cut", closed);
    const { size } = await stat(file);
    await truncate(file, size - pageBytes / 2);
    const fault = await faultOf(idsIn(file));
    expect(fault).toMatchObject({ code: "DATA_FOLDER", message: `the store ${file} is damaged` });
    expect(fault.problems).toEqual([`it has ${size - pageBytes / 2} bytes of ${size}`]);
    expect(fault.remedy).toContain("backup");
  });

  test("is refused, or named when its pages are read, when the page was garbled", async () => {
    const file = await copyOf("garbled", closed);
    const { size } = await stat(file);
    await write(file, size - pageBytes, Buffer.alloc(pageBytes / 2, 0xa5));
    const opened = await idsIn(file).catch((caught: Error) => caught.message);
    const found = typeof opened === "string" ? [opened] : storeDamage(file);
    expect(found.join("\n")).toMatch(/damaged|malformed|page|Tree/u);
  });
});
