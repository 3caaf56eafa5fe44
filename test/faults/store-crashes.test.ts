import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyLog } from "#message-log";
import { COPY_CRASH_POINTS, SCHEMA_CRASH_POINTS } from "#runtime";
import { copyStore, openStore, readStore, type StorePlace } from "#store";
import type { ContractProcedures, Item } from "../contract/store-fixture.ts";
import { postgresPrograms, startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import type { LogProcedures } from "../unit/message-log/log-fixture-store.ts";
import { madeUpEntry } from "../unit/message-log/made-up-log.ts";

/** kill -9 at each step of an update and of a copy, on both stores (TP-BACK-7, TP-BACK-9). */

const CHILD = fileURLToPath(new URL("../support/backup-child.ts", import.meta.url));
const FIRST = new URL("../contract/store-fixture.ts", import.meta.url);
const LATER = new URL("../contract/store-fixture-later.ts", import.meta.url);
const STRUCK = new URL("../support/struck-store.ts", import.meta.url);
const LOG = new URL("../unit/message-log/log-fixture-store.ts", import.meta.url);
/** A full tile, and a part of one. */
const ENTRIES = Array.from({ length: 300 }, (_, index) => madeUpEntry(index));
const ITEMS: readonly Item[] = Array.from({ length: 40 }, (_, id) => {
  return { id, label: `label ${id}`, body: new Uint8Array(300).fill(id) };
});

const programs = await postgresPrograms();
let server: TestPostgres | undefined;
let dir = "";
let places = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-store-crashes-"));
  if (programs !== undefined) server = await startTestPostgres(programs);
});
afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

function newPlace(kind: StorePlace["kind"]): StorePlace {
  places += 1;
  if (kind === "sqlite") return { kind, file: join(dir, `${places}.sqlite`) };
  return server?.newPlace() ?? expect.fail("no server");
}

/** How a child ended: by a signal, or with what it said. */
function child(...args: readonly string[]): string {
  const node = ["--disable-warning=ExperimentalWarning", CHILD, ...args];
  const { signal, stdout } = spawnSync(process.execPath, node, { encoding: "utf8" });
  return signal ?? stdout.trim();
}

async function itemsOf(place: StorePlace, module: URL): Promise<readonly Item[]> {
  const store = await openStore<ContractProcedures>({ place, module });
  const items = await store.call("items", undefined);
  await store.close();
  return items;
}

const KINDS = (["sqlite", "postgres"] as const).filter((kind) => {
  return kind === "sqlite" || programs !== undefined;
});

describe.each(KINDS)("an update of a store on %s that is killed (TP-BACK-7)", (kind) => {
  const migrate = (place: StorePlace, point: string) =>
    child("migrate", JSON.stringify(place), `${STRUCK.href}?${point}`);

  const [taken, committed] = SCHEMA_CRASH_POINTS;

  test("takes all of its steps, or none", async () => {
    const place = newPlace(kind);
    expect(migrate(place, `${taken}:2`), "while it was made").toBe("SIGKILL");
    const store = await openStore<ContractProcedures>({ place, module: FIRST });
    await store.call("putAll", ITEMS);
    await store.close();
    expect(migrate(place, `${taken}:2`), "before it lasts").toBe("SIGKILL");
    expect(await itemsOf(place, FIRST)).toEqual(ITEMS);
    expect(migrate(place, committed), "when it lasts").toBe("SIGKILL");
    await expect(itemsOf(place, FIRST)).rejects.toThrow("newer");
    expect(await itemsOf(place, LATER)).toEqual(ITEMS);
  });
});

describe.skipIf(programs === undefined).each([
  ["sqlite", "postgres"],
  ["postgres", "sqlite"],
] as const)("a copy of a log from %s to %s that is killed (TP-BACK-9)", (one, other) => {
  let source: StorePlace;
  beforeAll(async () => {
    source = newPlace(one);
    const store = await openStore<LogProcedures>({ place: source, module: LOG });
    await store.call("append", ENTRIES);
    await store.close();
  });

  const [copied, committed, named] = COPY_CRASH_POINTS;
  const strike = (to: StorePlace, point: string) =>
    child("copy", JSON.stringify(source), JSON.stringify(to), point, LOG.href);

  /** What a whole reading finds wrong, but that nobody has signed. */
  async function problemsOf(place: StorePlace): Promise<readonly string[]> {
    const report = await readStore(place, (tx) => verifyLog(tx, { origin: "x", publicKeys: [] }));
    expect(report.size).toBe(ENTRIES.length);
    return report.problems.filter((one) => one !== "no checkpoint was ever signed");
  }

  test.each([`${copied}:2`, committed])(
    "at %s leaves nothing under its name, and is made when it is asked for again",
    async (point) => {
      const to = newPlace(other);
      expect(strike(to, point)).toBe("SIGKILL");
      expect(await unfinished()).toHaveLength(1);
      await expect(problemsOf(to)).rejects.toMatchObject({ code: "DATA_FOLDER" });
      await copyStore(source, to, LOG);
      expect(await problemsOf(to)).toEqual([]);
      expect(await problemsOf(source)).toEqual([]);
      expect(await unfinished()).toEqual([]);
    },
  );

  test(`at ${named} has made all of it, and says so when it is asked for again`, async () => {
    const to = newPlace(other);
    expect(strike(to, named)).toBe("SIGKILL");
    await expect(copyStore(source, to, LOG)).rejects.toMatchObject({
      code: "DATA_FOLDER",
      message: expect.stringContaining("is there already"),
    });
    expect(await problemsOf(to)).toEqual([]);
    expect(await unfinished()).toEqual([]);
  });
});

/** Places that copies have left without their name. */
async function unfinished(): Promise<string[]> {
  const schemas = (await server?.query("SELECT nspname AS name FROM pg_namespace")) ?? [];
  const names = [...(await readdir(dir)), ...schemas.map(({ name }) => String(name))];
  return names.filter((name) => /unfinished$/u.test(name));
}
