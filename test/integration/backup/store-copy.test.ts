import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BodyFiles } from "#store";
import { tracepostHere } from "../../support/in-process.ts";
import { type MadeUpFolder, makeUpFolder } from "../../support/made-up-folder.ts";
import { postgresPrograms, startTestPostgres, type TestPostgres } from "../../support/postgres.ts";

const programs = await postgresPrograms();
let dir = "";
let folder: MadeUpFolder;
let server: TestPostgres | undefined;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-copy-"));
  folder = await makeUpFolder(join(dir, "exchange"));
  await folder.exchangeOne();
  await folder.bench.close();
  if (programs !== undefined) server = await startTestPostgres(programs);
});
afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function copy(from: string, to: string) {
  const words = ["store", "copy", from, to, "--data", folder.paths.dataDir, "--json"];
  const { code, err, out } = await tracepostHere(words);
  return { code, said: JSON.parse(out || err) };
}

/** What every table of a file holds, bodies wherever they lie, and its triggers. */
function contentOf(file: string): Record<string, unknown> {
  const db = new DatabaseSync(file, { readOnly: true });
  const names = db.prepare("SELECT name FROM pragma_table_list WHERE type = 'table'").all();
  const own = names
    .map(({ name }) => String(name))
    .filter((name) => !/^sqlite_s|migrations$|^tracepost_body/u.test(name));
  const bodies = new BodyFiles(db, file);
  const rows = own.map((name) => {
    const found = db.prepare(`SELECT * FROM ${name}`).all();
    for (const row of name === "parts" ? found : []) {
      const { body_at: at, body_bytes: bytes, body_file: body, id } = row;
      if (body === null) continue;
      const place = { file: Number(body), at: Number(at), bytes: Number(bytes) };
      const content = bodies.read(place, Number(id));
      Object.assign(row, { content, body_file: null, body_at: null, body_bytes: 0 });
    }
    return [name, found.map((row) => JSON.stringify(row)).sort()] as const;
  });
  const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
  db.close();
  return { ...Object.fromEntries(rows), triggers };
}

describe("a store that is copied (TP-BACK-9)", () => {
  test("into another file is the same in every row", async () => {
    const to = join(dir, "same.sqlite");
    const { code, said } = await copy(folder.paths.gateway.store, to);
    expect({ code, error: said.error }).toEqual({ code: 0, error: undefined });
    expect(said.entries).toBeGreaterThan(2);
    expect(contentOf(to)).toEqual(contentOf(folder.paths.gateway.store));
    const again = await copy(folder.paths.gateway.store, to);
    expect(again).toMatchObject({ code: 3, said: { error: { code: "DATA_FOLDER" } } });
  });

  test("is refused when it is none, or its log does not hold", async () => {
    const none = await copy(join(dir, "none.sqlite"), join(dir, "never.sqlite"));
    expect(none.said.error.message).toContain("there is no store at");
    const set = await copy("postgres://c/d?options=x#e", join(dir, "never.sqlite"));
    expect(set).toMatchObject({ code: 2, said: { error: { code: "USAGE" } } });
    expect(JSON.stringify(set.said)).toContain("options");
    const changed = join(dir, "changed.sqlite");
    await copy(folder.paths.gateway.store, changed);
    const db = new DatabaseSync(changed);
    db.exec("UPDATE messages SET sender = 'BR' WHERE id = 1");
    db.close();
    const found = await copy(changed, join(dir, "found.sqlite"));
    expect(found).toMatchObject({ code: 6, said: { error: { code: "VERIFICATION" } } });
    expect(await readdir(dir)).not.toContain("never.sqlite");
  });
});

describe("a url that is refused (TP-STORE-9)", () => {
  test.each([
    ["postgres://a:hush@c/d#e", "holds a password"],
    ["postgres://a:hu:sh@c/d#e", "holds a password"],
    ["postgres://a@c/d?password=hush#e", "holds a password"],
    ["postgres://a:12/hush@c/d#e", "holds a password"],
    ["postgres://a:hu/sh@c/d#e", "cannot be read"],
    ["postgres://a@c/d?passwd=hush", "names no schema"],
  ])("is not said again: %s", async (url, problem) => {
    const secret = await copy(url, join(dir, "refused.sqlite"));
    expect(secret).toMatchObject({ code: 2, said: { error: { code: "USAGE" } } });
    expect(secret.said.error.problems).toEqual([expect.stringMatching(`^the url ${problem}`)]);
    expect(JSON.stringify(secret.said)).not.toMatch(/hush|hu[:/]|sh@/u);
  });
});

describe.skipIf(programs === undefined)("a store that moves to PostgreSQL (TP-BACK-9)", () => {
  test("is verified there, and comes back as it was", async () => {
    const place = server?.newPlace();
    if (place === undefined) throw new TypeError("no server");
    const there = `${place.url}#${place.schema}`;
    const moved = await copy(folder.paths.gateway.store, there);
    expect({ code: moved.code, error: moved.said.error }).toEqual({ code: 0, error: undefined });
    const back = join(dir, "back.sqlite");
    const { code, said } = await copy(there, back);
    expect({ code, error: said.error }).toEqual({ code: 0, error: undefined });
    expect(contentOf(back)).toEqual(contentOf(folder.paths.gateway.store));
    expect((await copy(folder.paths.gateway.store, there)).code).toBe(3);
    const names = (await server?.query("SELECT nspname FROM pg_namespace")) ?? [];
    expect(names.filter(({ nspname }) => String(nspname).endsWith("_unfinished"))).toEqual([]);
  });

  test("takes nothing away that is not a store of Tracepost", async () => {
    const place = server?.newPlace();
    if (place === undefined) throw new TypeError("no server");
    const theirs = `${place.schema}_unfinished`;
    await server?.query(`CREATE SCHEMA ${theirs}; CREATE TABLE ${theirs}.kept ()`);
    const refused = await copy(folder.paths.gateway.store, `${place.url}#${place.schema}`);
    expect(refused).toMatchObject({ code: 3, said: { error: { code: "DATA_FOLDER" } } });
    expect(await server?.query(`SELECT count(*)::int AS rows FROM ${theirs}.kept`)).toEqual([
      { rows: 0 },
    ]);
  });
});
