import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Database, FIREARM_LIMITS, systemClock, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import { importNow } from "../../../../services/focal-point/register/import-now.ts";
import { RegisterImporter } from "../../../../services/focal-point/register/register-importer.ts";
import { Spool } from "../../../../services/focal-point/register/spool.ts";
import type { FocalPointProcedures } from "../../../../services/focal-point/store.ts";

let dir: string;
let store: Database<FocalPointProcedures>;
let spool: Spool;
let uploads: RegisterImporter;

const clock = systemClock;
const logger = { error: () => undefined, info: () => undefined };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-firearms-"));
  store = await openSqliteStore<FocalPointProcedures>({
    file: join(dir, "focal-point.sqlite"),
    module: new URL("../../../../services/focal-point/store.ts", import.meta.url),
  });
  spool = new Spool(join(dir, "imports"));
  uploads = new RegisterImporter({ store, spool, clock, timers: systemTimers, logger });
});

afterEach(async () => {
  await uploads.stop();
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const lineOf = (id: string, changes: object = {}): string =>
  JSON.stringify({ id, make: "GLOCK", serial: `MADE-UP ${id}`, status: "held", ...changes });

async function* streamOf(...lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

const importStream = (source: AsyncIterable<Uint8Array>, partial = false) =>
  importNow({ store, spool, uploads, clock }, source, { partial, actor: "officer" });
const importLines = async (lines: readonly string[], partial = false) =>
  (await importStream(streamOf(...lines), partial)).upload;
const count = () => store.call("countFirearms", undefined);

describe("an import in one call (TP-FP-5)", () => {
  test("adds records, and the same lines again change nothing", async () => {
    const lines = [lineOf("1"), "", lineOf("2")];
    expect(await importLines(lines)).toMatchObject({ state: "DONE", inserted: 2, records: 2 });
    expect(await importLines(lines)).toMatchObject({ inserted: 0, updated: 0, unchanged: 2 });
    expect(await count()).toBe(2);
  });

  test("replaces a record whose line has changed", async () => {
    await importLines([lineOf("1"), lineOf("2")]);
    const changed = lineOf("1", { status: "stolen", eventDate: "2020" });
    expect(await importLines([changed, lineOf("2")])).toMatchObject({ updated: 1, unchanged: 1 });
    const [record] = await store.call("findFirearms", { serial: "madeup1", limit: 5 });
    expect(record).toMatchObject({ status: "stolen", serialRaw: "MADE-UP 1" });
  });

  test("finds a firearm by the serial number it has now, and no longer by the one before", async () => {
    await importLines([lineOf("1", { serial: "AB-123" })]);
    await importLines([lineOf("1", { serial: "XY-789" })]);
    expect(await store.call("findFirearms", { serial: "XY789", limit: 5 })).toHaveLength(1);
    expect(await store.call("findFirearms", { serial: "AB123", limit: 5 })).toEqual([]);
    const wanted = { serial: "*Y789" };
    const found = await store.call("firearmCandidates", { wanted, depth: "NEAR", limit: 5 });
    expect(found).toMatchObject({ candidates: [{ firearm: { id: "1" } }] });
  });

  test("with a bad line imports nothing and names every bad line by its number", async () => {
    const lines = streamOf(
      lineOf("1"),
      "{",
      lineOf("3", { status: "lost", colour: "black" }),
      lineOf("4", { status: "exported" }),
      lineOf("1"),
      lineOf("6", { serial: "--" }),
      "x".repeat(FIREARM_LIMITS.lineBytesMax + 1),
    );
    const { rejected, upload } = await importStream(lines);
    expect(upload).toMatchObject({ state: "REFUSED", badLines: 6, records: 7, inserted: 0 });
    const named = rejected.flatMap(({ line, problems }) =>
      problems.map(({ field }) => `${line} ${field}`.trim()),
    );
    expect(named).toEqual(["2", "3 colour", "3 status", "4 exportedTo", "5 id", "6 serial", "7"]);
    expect(await count()).toBe(0);
  });

  test("imports the good lines beside bad ones when asked to", async () => {
    const upload = await importLines([lineOf("1"), "{", lineOf("3")], true);
    expect(upload).toMatchObject({ state: "DONE", badLines: 1, inserted: 2 });
    expect(await count()).toBe(2);
  });

  test("of more lines than one portion takes goes in as a whole", async () => {
    const total = FIREARM_LIMITS.portionLines * 2 + 7;
    const lines = Array.from({ length: total }, (_, index) => lineOf(`${index}`));
    expect(await importLines(lines)).toMatchObject({ inserted: total });
    expect(await count()).toBe(total);
  });

  test("whose stream breaks off leaves nothing behind", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${lineOf("1")}\n`);
      throw new TypeError("the client went away");
    }
    await expect(importStream(broken())).rejects.toThrow("went away");
    expect(await store.call("openUploads", undefined)).toEqual([]);
    expect(await spool.list()).toEqual([]);
    expect(await count()).toBe(0);
  });

  test("keeps what is marked, and finds by brand and serial number in their normal forms", async () => {
    await importLines([lineOf("1", { serial: "ab-12.3" }), lineOf("2", { make: "COLT" })]);
    const found = await store.call("findFirearms", { make: " glock ", serial: "AB123", limit: 5 });
    expect(found.map((record) => record.serialRaw)).toEqual(["ab-12.3"]);
    expect(await store.call("findFirearms", { serial: "AB124", limit: 5 })).toEqual([]);
  });
});
