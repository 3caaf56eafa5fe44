import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Database, FIREARM_LIMITS, systemClock, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import { exportRegister } from "../../../../services/focal-point/register/export-register.ts";
import { RegisterImporter } from "../../../../services/focal-point/register/register-importer.ts";
import { Spool } from "../../../../services/focal-point/register/spool.ts";
import type { FocalPointProcedures } from "../../../../services/focal-point/store.ts";
import { ManualTime } from "../../../support/manual-time.ts";

type Store = Pick<Database<FocalPointProcedures>, "call">;

let dir: string;
let store: Database<FocalPointProcedures>;
let spool: Spool;
let uploads = 0;

const quiet = { error: () => undefined, info: () => undefined };
const open = (name: string) =>
  openSqliteStore<FocalPointProcedures>({
    file: join(dir, name),
    module: new URL("../../../../services/focal-point/store.ts", import.meta.url),
  });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-register-"));
  store = await open("focal-point.sqlite");
  spool = new Spool(join(dir, "imports"));
});

afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

async function* streamOf(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

interface Options {
  readonly format?: "csv" | "jsonl";
  readonly partial?: boolean;
}

/** Puts a file down and says that it is there as a whole. */
async function send(text: string, options: Options = {}, into: Store = store): Promise<string> {
  const { format = "jsonl", partial = false } = options;
  uploads += 1;
  const uploadId = `up_${String(uploads).padStart(12, "0")}`;
  const begun = { uploadId, name: "file", format, partial, actor: "records", nowMs: 1 };
  await into.call("beginUpload", { ...begun, repeat: undefined });
  const put = await spool.append(uploadId, 0, streamOf(text));
  await into.call("closeUpload", { uploadId, totalBytes: put.bytes });
  return uploadId;
}

async function work(from: Store = store): Promise<void> {
  const deps = { store: from, spool, clock: systemClock, timers: systemTimers, logger: quiet };
  const importer = new RegisterImporter(deps);
  await importer.recover();
  await importer.settled();
}

async function imported(text: string, options: Options = {}) {
  const uploadId = await send(text, options);
  await work();
  return await store.call("loadUpload", { uploadId });
}

const lineOf = (id: string, more: object = {}): string =>
  `${JSON.stringify({ id, make: "GLOCK", serial: `MADE-UP ${id}`, status: "held", ...more })}\n`;
const manyLines = (count: number): string =>
  Array.from({ length: count }, (_, index) => lineOf(`${index}`.padStart(6, "0"))).join("");
const count = () => store.call("countFirearms", undefined);
async function exported(format: "csv" | "jsonl", from: Store = store): Promise<string> {
  let text = "";
  for await (const piece of exportRegister(from, format)) text += piece;
  return text;
}

describe("an import of a register (TP-FIRE-10, TP-FIRE-11)", () => {
  test("takes the file portion by portion, and the same file again changes nothing", async () => {
    const total = FIREARM_LIMITS.portionLines * 2 + 7;
    const first = await imported(manyLines(total));
    expect(first).toMatchObject({ state: "DONE", records: total, inserted: total, badLines: 0 });
    expect(await count()).toBe(total);
    const again = await imported(manyLines(total), { partial: true });
    expect(again).toMatchObject({ state: "DONE", inserted: 0, updated: 0, unchanged: total });
    expect(await spool.list()).toEqual([]);
  });

  test("goes on where it was when the process ended in the middle, and takes nothing twice", async () => {
    const total = FIREARM_LIMITS.portionLines * 3;
    for (const partial of [true, false]) {
      for (const endsAfter of [0, 1, 3, 4]) {
        let portions = 0;
        const ending: Store = {
          call: (async (name: "takePortion", args: never) => {
            if (name === "takePortion" && portions === endsAfter) throw new TypeError("the end");
            if (name === "takePortion") portions += 1;
            return await store.call(name, args);
          }) as Store["call"],
        };
        const uploadId = await send(manyLines(total), { partial });
        await work(ending);
        await work();
        const done = await store.call("loadUpload", { uploadId });
        expect(done, `${partial} ${endsAfter}`).toMatchObject({ state: "DONE", records: total });
        const { inserted = 0, unchanged = 0 } = done ?? {};
        expect(inserted + unchanged).toBe(total);
      }
    }
    expect(await count()).toBe(total);
  });

  test("that the disk does not take stands still, says so once, and goes on by itself", async () => {
    const said: string[] = [];
    const say = (_: unknown, text?: string) => said.push(text ?? String(_));
    const time = new ManualTime();
    let failures = 2;
    const full: Store = {
      call: (async (name: "takePortion", args: never) => {
        if (name === "takePortion" && failures > 0) {
          failures -= 1;
          throw new TypeError("database or disk is full");
        }
        return await store.call(name, args);
      }) as Store["call"],
    };
    const uploadId = await send(manyLines(10));
    const logger = { error: say, info: say } as unknown as typeof quiet;
    const importer = new RegisterImporter({
      store: full,
      spool,
      clock: time,
      timers: time,
      logger,
    });
    await importer.recover();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await importer.settled();
      expect(await store.call("loadUpload", { uploadId })).toMatchObject({ state: "CHECKING" });
      time.advance(FIREARM_LIMITS.importRetryMs);
    }
    await importer.settled();
    expect(await store.call("loadUpload", { uploadId })).toMatchObject({ state: "DONE" });
    expect(said).toEqual(["imports of the register stand still", "imports of the register go on"]);
  });

  test("of CSV brings a firearm with a line for each of its events", async () => {
    const csv = [
      "id;make;serial;event;date;toParty;toState;yearOfManufacture",
      '1;GLOCK;"AB;12";MANUFACTURED;2001;;;2001',
      '1;GLOCK;"AB;12";SOLD;2002-03;Made-up Dealer;AT;2001',
      "2;COLT;X 99;EXPORTED;1999;;KE;",
    ].join("\r\n");
    expect(await imported(csv, { format: "csv" })).toMatchObject({ state: "DONE", events: 3 });
    expect(await store.call("loadFirearm", { id: "1" })).toMatchObject({
      serialRaw: "AB;12",
      status: "held",
      holder: "Made-up Dealer",
      yearOfManufacture: 2001,
      events: [{ kind: "MANUFACTURED" }, { kind: "SOLD", toState: "AT" }],
    });
  });
});

describe("a bad line (TP-FIRE-12)", () => {
  const bad = [
    lineOf("1"),
    "{\n",
    lineOf("3", { status: "unheard-of", colour: "black" }),
    lineOf("4", { status: "exported" }),
    lineOf("1"),
    lineOf("1", { serial: "OTHER" }),
    lineOf("7", { serial: "--" }),
    `${"x".repeat(FIREARM_LIMITS.lineBytesMax + 1)}\n`,
    lineOf("9", { status: undefined, events: [{ kind: "EXPORTED" }] }),
  ].join("");

  test("keeps the whole file out, and each is told by its number with what is wrong", async () => {
    const done = await imported(bad);
    expect(done).toMatchObject({ state: "REFUSED", badLines: 8, inserted: 0, records: 9 });
    expect(await count()).toBe(0);
    const args = { uploadId: done?.uploadId ?? "", after: 0, limit: 100 };
    const rejects = await store.call("listRejects", args);
    expect(
      rejects.map(({ line, problems }) => [line, ...problems.map(({ field }) => field)]),
    ).toEqual([
      [2, ""],
      [3, "colour", "status"],
      [4, "exportedTo"],
      [5, "id"],
      [6, "id"],
      [7, "serial"],
      [8, ""],
      [9, "events.0.toState"],
    ]);
    expect(rejects[4]?.problems[0]?.rule).toBe(
      "is that of line 1 already, which tells another firearm",
    );
    expect(rejects[0]?.content).toBe("{");
    const page = await store.call("listRejects", { ...args, after: 3, limit: 2 });
    expect(page.map(({ line }) => line)).toEqual([4, 5]);
  });

  test("leaves the others in when that is asked for", async () => {
    const done = await imported(bad, { partial: true });
    expect(done).toMatchObject({ state: "DONE", badLines: 8, inserted: 1 });
    expect(await count()).toBe(1);
  });

  test("of bytes that are no text is told as such", async () => {
    const uploadId = await send("", { partial: true });
    expect(await spool.list()).toEqual([uploadId]);
    await work();
    uploads += 1;
    const other = `up_${String(uploads).padStart(12, "0")}`;
    await store.call("beginUpload", {
      ...{ uploadId: other, name: "f", format: "jsonl", partial: true, actor: "r", nowMs: 1 },
      repeat: undefined,
    });
    const bytes = Buffer.concat([Buffer.from(lineOf("1")), Buffer.from([0xff, 0xfe, 0x0a])]);
    await spool.append(
      other,
      0,
      (async function* () {
        yield bytes;
      })(),
    );
    await store.call("closeUpload", { uploadId: other, totalBytes: bytes.length });
    await work();
    const rejects = await store.call("listRejects", { uploadId: other, after: 0, limit: 5 });
    expect(rejects[0]?.problems[0]?.rule).toMatch(/is not UTF-8/);
    expect(await count()).toBe(1);
  });

  test("names the column of CSV, and a header that is none keeps the file out", async () => {
    const options = { format: "csv", partial: true } as const;
    const done = await imported("id,make,serial,status,date\n1,A,B12,held,2001\n1,A\n", options);
    const uploadId = done?.uploadId ?? "";
    const rejects = await store.call("listRejects", { uploadId, after: 0, limit: 5 });
    expect(rejects.map(({ problems }) => problems[0])).toMatchObject([
      { field: "event", rule: "is required" },
      { field: "", rule: "has 2 fields instead of 5" },
    ]);
    const refused = await imported("id,colour\n1,black\n", options);
    expect(refused).toMatchObject({ state: "REFUSED", inserted: 0 });
  });
});

describe("the file of an import (TP-FIRE-13)", () => {
  test("comes in pieces, each behind the one before; what came before a break is kept", async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("12345");
      throw new TypeError("the line broke");
    }
    await expect(spool.append("up_1", 0, breaking())).rejects.toThrow("the line broke");
    expect(await spool.bytes("up_1")).toBe(5);
    expect(await spool.append("up_1", 3, streamOf("x"))).toEqual({ ok: false, bytes: 5 });
    expect(await spool.append("up_1", 5, streamOf("67"))).toEqual({ ok: true, bytes: 7 });
  });

  test("is given up when it does not come as a whole", async () => {
    const begun = { uploadId: "up_a", name: "f", format: "csv", partial: false } as const;
    await store.call("beginUpload", { ...begun, actor: "r", nowMs: 1, repeat: undefined });
    await spool.append("up_a", 0, streamOf("id"));
    await work();
    expect(await store.call("loadUpload", { uploadId: "up_a" })).toMatchObject({
      state: "CANCELLED",
    });
    expect(await spool.list()).toEqual([]);
  });
});

describe("an export (TP-FIRE-14)", () => {
  test.each(["csv", "jsonl"] as const)(
    "as %s is an import of the same register",
    async (format) => {
      const lines = [
        lineOf("1", { holder: '=HYPERLINK("x"), and more', importYear: 1999, madeUp: true }),
        lineOf("2", { status: undefined, events: [{ kind: "MANUFACTURED" }, { kind: "LOST" }] }),
        lineOf("3", { status: "exported", exportedTo: "KE", serial: "Жд-12 ٣" }),
      ];
      await imported(lines.join(""));
      const text = await exported(format);
      const other = await open(`other-${format}.sqlite`);
      try {
        await send(text, { format }, other);
        await work(other);
        expect(await exported("jsonl", other)).toBe(await exported("jsonl"));
        expect(await other.call("countFirearms", undefined)).toBe(3);
      } finally {
        await other.close();
      }
    },
  );
});
