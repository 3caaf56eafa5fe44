import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StorePlace } from "#runtime";
import { openStore, readStore } from "#store";
import { postgresPrograms, startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { describeStoreContract } from "./store-contract.ts";
import type { ContractProcedures } from "./store-fixture.ts";
import type { NumberProcedures } from "./store-fixture-numbers.ts";
import { FIXTURES, faultOf } from "./store-harness.ts";

const WRITER = fileURLToPath(new URL("./store-writer.ts", import.meta.url));
const NUMBERS = new URL("./store-fixture-numbers.ts", import.meta.url);
const programs = await postgresPrograms();

describe.skipIf(programs === undefined)("on a PostgreSQL server", () => {
  let server: TestPostgres;
  beforeAll(async () => {
    if (programs !== undefined) server = await startTestPostgres(programs);
  });
  afterAll(() => server?.stop());

  describeStoreContract({
    name: "PostgreSQL",
    newPlace: async () => {
      const place = server.newPlace();
      return {
        open: (version = "first") =>
          openStore<ContractProcedures>({ place, module: FIXTURES[version] }),
        openReadOnly: (version = "first") =>
          openStore<ContractProcedures>({ place, module: FIXTURES[version], readOnly: true }),
        startWriter: (firstId) =>
          spawn(process.execPath, [WRITER, JSON.stringify(place), String(firstId)], {
            stdio: ["ignore", "pipe", "inherit"],
          }),
        remove: async () => {
          await server.query(`DROP SCHEMA IF EXISTS ${place.schema} CASCADE`);
        },
      };
    },
  });

  const opened = (place: StorePlace) =>
    openStore<ContractProcedures>({ place, module: FIXTURES.first });

  test("is a schema of its own, on a server that keeps what it says (TP-STORE-3)", async () => {
    const place = server.newPlace();
    await server.query(`CREATE SCHEMA ${place.schema}; CREATE TABLE ${place.schema}.theirs ()`);
    const foreign = await faultOf(opened(place));
    expect([foreign.code, foreign.problems]).toEqual([
      "DATA_FOLDER",
      ["it has tables of another program"],
    ]);
    await server.query("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    const latin = { ...place, url: place.url.replace("/postgres?", "/latin?") };
    expect((await faultOf(opened(latin))).problems).toEqual([
      "the encoding of the database is LATIN1, not UTF8",
    ]);
    const absent = { ...place, url: place.url.replace("/postgres?", "/absent?") };
    expect((await faultOf(opened(absent))).remedy).toContain("Create the database");
  });

  test("logs in with the password that its file holds (TP-STORE-9)", async () => {
    const [found] = await server.query("SELECT current_setting('hba_file') AS hba");
    const hba = String(found?.hba);
    await writeFile(hba, `local all guarded scram-sha-256\n${await readFile(hba, "utf8")}`);
    await server.query("CREATE ROLE guarded LOGIN PASSWORD 'of the file'");
    await server.query("GRANT CREATE ON DATABASE postgres TO guarded; SELECT pg_reload_conf()");
    const dir = await mkdtemp(join(tmpdir(), "tracepost-password-"));
    const passwordFile = join(dir, "db.password");
    const url = server.url.replace("//tracepost@", "//guarded@");
    const place = { ...server.newPlace(), url, passwordFile };
    await writeFile(passwordFile, "another\n", { mode: 0o600 });
    expect((await faultOf(opened(place))).message).toContain("password authentication failed");
    await writeFile(passwordFile, "of the file\n");
    const store = await opened(place);
    expect(await store.call("addOne", 1)).toBe(1);
    await store.close();
    await rm(dir, { recursive: true });
  });

  test("gives numbers without holes, also after what was taken back (TP-STORE-4)", async () => {
    const place = server.newPlace();
    const store = await openStore<NumberProcedures>({ place, module: NUMBERS });
    const label = "x";
    await store.call("add", label);
    await Promise.allSettled([
      store.call("addThenThrow", label),
      store.call("addThenThrow", label),
    ]);
    await store.call("add", label);
    await store.call("removeLast", undefined);
    await store.call("add", label);
    expect(await store.call("numbers", undefined)).toEqual({ plain: [1, 2], once: [1, 3] });
    await store.close();
  });

  test("takes turns with another process, so that nothing is lost (TP-STORE-5)", async () => {
    const place = server.newPlace();
    const stores = [await opened(place), await opened(place)];
    const calls = Array.from({ length: 60 }, (_, n) => stores[n % 2]?.call("addOne", 7));
    expect((await Promise.all(calls)).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 60 }, (_, n) => n + 1),
    );
    for (const store of stores) await store.close();
  });

  test("writes nothing once another version has brought it further (TP-STORE-2)", async () => {
    const place = server.newPlace();
    const older = await opened(place);
    expect(await older.call("addOne", 7)).toBe(1);
    const later = await openStore<ContractProcedures>({ place, module: FIXTURES.later });
    const refused = await faultOf(older.call("addOne", 7));
    expect([refused.code, refused.problems]).toEqual([
      "STORE",
      ["it has version 3, this program writes version 1"],
    ]);
    expect(await later.call("addOne", 7)).toBe(2);
    for (const store of [older, later]) await store.close();
  });

  test("waits for nobody who stands still while it has the turn (TP-STORE-6)", async () => {
    const place = server.newPlace();
    const still = await openStore<NumberProcedures>({ place, module: NUMBERS });
    const other = await openStore<NumberProcedures>({ place, module: NUMBERS });
    const standing = still.call("standStillOnce", "x");
    await other.call("add", "y");
    // Its session was ended by the server, and it ran again.
    expect(await standing).toBe(2);
    expect(await other.call("numbers", undefined)).toEqual({ plain: [1, 2], once: [1, 2] });
    for (const store of [still, other]) await store.close();
  });

  test("gives back the room of what was deleted, once nobody looks at it (TP-STORE-8)", async () => {
    const place = server.newPlace();
    const store = await openStore<NumberProcedures>({ place, module: NUMBERS });
    for (const label of ["a", "b"]) await store.call("add", label);
    await store.call("removeLast", undefined);
    expect(await store.scrub()).toBe(true);
    const dead = `SELECT n_dead_tup AS dead FROM pg_stat_all_tables
      WHERE schemaname = '${place.schema}' AND relname IN ('plain', 'once')`;
    expect(await server.query(dead)).toEqual([{ dead: "0" }, { dead: "0" }]);
    await readStore(place, async (tx) => {
      await tx.get("SELECT count(*) AS rows FROM plain");
      await store.call("removeLast", undefined);
      expect(await store.scrub()).toBe(false);
    });
    await store.close();
  });

  test("goes on writing while it gives room back (TP-STORE-8)", async () => {
    const place = server.newPlace();
    const store = await openStore<NumberProcedures>({ place, module: NUMBERS });
    await store.call("add", "a");
    await store.call("removeLast", undefined);
    // VACUUM waits for whoever holds this lock; who writes does not.
    const holder = new pg.Client(server.url);
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE ${place.schema}.plain IN SHARE UPDATE EXCLUSIVE MODE`);
    const scrub = store.scrub();
    await expect
      .poll(() => server.query("SELECT 1 FROM pg_locks WHERE NOT granted"))
      .toHaveLength(1);
    await store.call("add", "b");
    await holder.query("COMMIT");
    await holder.end();
    expect(await scrub).toBe(true);
    await store.close();
  });

  test("does again what the server took back, and nothing twice (TP-STORE-7)", async () => {
    const place = server.newPlace();
    const store = await opened(place);
    await store.call("addOne", 7);
    const calls = Array.from({ length: 200 }, () => store.call("addOne", 7));
    const killing = (async () => {
      for (let n = 0; n < 5; n += 1) {
        await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'tracepost' AND backend_xid IS NOT NULL`);
      }
    })();
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 200 }, (_, n) => n + 2));
    await killing;
    await store.close();
  });
});
