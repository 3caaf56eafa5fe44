import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Firearm, SerialStatus } from "#proto";
import { type Database, FIREARM_LIMITS, systemClock } from "#runtime";
import { openSqliteStore } from "#store";
import { matchFirearm } from "../../../services/focal-point/firearms/firearm-lookups.ts";
import { FirearmImporter } from "../../../services/focal-point/firearms/import.ts";
import { putFirearm } from "../../../services/focal-point/firearms/put-firearm.ts";
import type { FocalPointProcedures } from "../../../services/focal-point/store.ts";
import { openRegister } from "../../support/register.ts";

let dir: string;
let store: Database<FocalPointProcedures>;
let importer: FirearmImporter;

const open = () =>
  openSqliteStore<FocalPointProcedures>({
    file: join(dir, "focal-point.sqlite"),
    module: new URL("../../../services/focal-point/store.ts", import.meta.url),
  });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-firearms-"));
  store = await open();
  importer = new FirearmImporter(store, systemClock);
});

afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const lineOf = (id: string, changes: object = {}): string =>
  JSON.stringify({ id, make: "GLOCK", serial: `MADE-UP ${id}`, status: "held", ...changes });

async function* streamOf(...lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

const importLines = (lines: readonly string[], partial = false) =>
  importer.run(streamOf(...lines), { partial, actor: "officer" });
const count = () => store.call("countFirearms", undefined);

describe("an import (TP-FP-5)", () => {
  test("adds records, and the same lines again change nothing", async () => {
    const lines = [lineOf("1"), "", lineOf("2")];
    expect(await importLines(lines)).toMatchObject({ imported: true, inserted: 2, lines: 2 });
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

  test("with a bad line imports nothing and names every bad line by its number", async () => {
    const report = await importLines([
      lineOf("1"),
      "{",
      lineOf("3", { status: "lost", colour: "black" }),
      lineOf("4", { status: "exported" }),
      lineOf("1"),
      lineOf("6", { serial: "--" }),
      "x".repeat(FIREARM_LIMITS.lineBytesMax + 1),
    ]);
    expect(report).toMatchObject({ imported: false, badLines: 6, lines: 7, inserted: 0 });
    const problems = report.problems.map(({ line, field }) => `${line} ${field}`.trim());
    expect(problems.sort()).toEqual(
      ["2", "3 colour", "3 status", "4 exportedTo", "5 id", "6 serial", "7"].sort(),
    );
    expect(await count()).toBe(0);
  });

  test("imports the good lines beside bad ones when asked to", async () => {
    const report = await importLines([lineOf("1"), "{", lineOf("3")], true);
    expect(report).toMatchObject({ imported: true, badLines: 1, inserted: 2 });
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
    await expect(importer.run(broken(), { partial: false, actor: "officer" })).rejects.toThrow(
      "went away",
    );
    expect(await store.call("unfinishedImports", undefined)).toEqual([]);
    expect(await count()).toBe(0);
  });

  test("that was decided when the process ended is finished by the next one", async () => {
    const importId = await store.call("beginImport", { actor: "officer", nowMs: 1 });
    const record = {
      id: "1",
      make: "GLOCK",
      serialRaw: "A-1",
      serialNormalized: "A1",
      status: "held",
      madeUp: true,
      sourceNote: "",
    } as const;
    await store.call("stageImport", { importId, lines: [{ line: 1, record }] });
    await store.call("decideImport", { importId });
    const undecided = await store.call("beginImport", { actor: "officer", nowMs: 2 });
    const other = { ...record, id: "2" };
    await store.call("stageImport", { importId: undecided, lines: [{ line: 1, record: other }] });
    await store.close();
    store = await open();
    await new FirearmImporter(store, systemClock).recover();
    expect(await count()).toBe(1);
    expect(await store.call("unfinishedImports", undefined)).toEqual([]);
  });
});

describe("a look-up", () => {
  test("finds by brand and serial number in their normal forms, and keeps what is marked", async () => {
    await importLines([lineOf("1", { serial: "ab-12.3" }), lineOf("2", { make: "COLT" })]);
    const found = await store.call("findFirearms", { make: " glock ", serial: "AB123", limit: 5 });
    expect(found.map((record) => record.serialRaw)).toEqual(["ab-12.3"]);
    expect(await store.call("findFirearms", { serial: "AB124", limit: 5 })).toEqual([]);
  });
});

describe("a partial serial number", () => {
  test("matches by its known characters, each question mark one unknown", async () => {
    using tx = openRegister();
    for (const [id, serialRaw] of [
      ["1", "ABC123"],
      ["2", "ABX123"],
      ["3", "AB123"],
      ["4", "AB[123"],
    ] as const) {
      const serialNormalized = serialRaw;
      const firearm = { id, make: "GLOCK", serialRaw, serialNormalized, madeUp: true };
      await putFirearm(tx, { ...firearm, status: "held", sourceNote: "" });
    }
    const match = async (serialRaw: string): Promise<string[]> => {
      const serialStatus = SerialStatus.PARTIAL;
      const firearm = Firearm.create({ make: "Glock", serialRaw, serialStatus });
      return (await matchFirearm(tx, firearm)).map((record) => record.id);
    };
    expect(await match("AB?123")).toEqual(["1", "2", "4"]);
    expect(await match("?BC12?")).toEqual(["1"]);
    expect(await match("AB[?23")).toEqual(["4"]);
    expect(await match("AB*123")).toEqual(["1", "2", "3", "4"]);
  });
});
