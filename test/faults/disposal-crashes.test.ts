import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DISPOSAL_CRASH_POINTS } from "#runtime";
import { checkStore, copyBodies } from "../support/checked-store.ts";
import { filesBelow } from "../support/search-files.ts";

/** kill -9 while a hold is placed and while records are disposed of (TP-HOLD-1, TP-DISP-3). */

const CHILD = fileURLToPath(new URL("../support/disposal-child.ts", import.meta.url));
const DUE_MS = 91 * 86_400_000;

let dir: string;
let filled: string;
let filledAtMs: number;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-disposal-"));
  filled = join(dir, "filled.sqlite");
  filledAtMs = Date.now();
  expect(child("fill", filled, filledAtMs).ended).toBe("done");
});

afterAll(() => rm(dir, { recursive: true, force: true }));

function child(work: string, file: string, atMs: number, point = "-") {
  const { signal, stderr, stdout } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", CHILD, work, file, String(atMs), point],
    { encoding: "utf8" },
  );
  return { ended: signal ?? stdout.trim(), stderr };
}

/** What the store holds, and what a whole check finds in it. */
async function stateOf(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  const count = (sql: string): number => Number(db.prepare(`SELECT (${sql}) AS n`).get()?.n);
  const state = {
    parts: count(
      "SELECT count(*) FROM parts p JOIN messages m ON m.id = p.id / 1024 AND m.kind = 1",
    ),
    gone: count("SELECT count(*) FROM disposed_part"),
    unsigned: count("SELECT count(*) FROM disposal_certificate WHERE signature IS NULL"),
    certificates: count("SELECT count(*) FROM disposal_certificate"),
    done: count("SELECT count(*) FROM disposal_run WHERE state = 'done'"),
    holds: count("SELECT count(*) FROM hold WHERE covers = 1"),
  };
  db.close();
  const { problems } = await checkStore(file);
  const bytes: Buffer[] = [
    await readFile(file),
    await readFile(`${file}-wal`).catch(() => Buffer.of()),
  ];
  for await (const body of filesBelow([`${file}.bodies`])) bytes.push(body.bytes);
  const isLeft = bytes.some((one) => one.includes(Buffer.alloc(64, 0x51)));
  return { ...state, problems, isLeft };
}

describe("a gateway that is killed", () => {
  const points = DISPOSAL_CRASH_POINTS.filter((point) => point.startsWith("gateway.disposal-"));

  test.each(points)("at %s goes on with the run, and leaves no half of a record", async (point) => {
    const file = join(dir, `${point}.sqlite`);
    await copyFile(filled, file);
    await copyBodies(filled, file);
    const killed = child("dispose", file, filledAtMs + DUE_MS, point);
    expect(killed).toMatchObject({ ended: "SIGKILL" });
    const between = await stateOf(file);
    expect(between).toMatchObject({ parts: 0, gone: 6, done: 0, problems: [] });
    expect(between.unsigned).toBe(point === "gateway.disposal-committed" ? 1 : 0);
    expect(child("dispose", file, filledAtMs + DUE_MS).ended).toBe("done");
    const after = { parts: 0, gone: 6, unsigned: 0, certificates: 1, done: 1, isLeft: false };
    expect(await stateOf(file)).toMatchObject({ ...after, problems: [] });
  });

  test("after a hold was kept has it once, and disposes of nothing it covers", async () => {
    const file = join(dir, "hold.sqlite");
    await copyFile(filled, file);
    await copyBodies(filled, file);
    const atMs = filledAtMs + DUE_MS;
    expect(child("hold", file, atMs, "gateway.hold-kept").ended).toBe("SIGKILL");
    expect(await stateOf(file)).toMatchObject({ holds: 1, problems: [] });
    expect(child("hold", file, atMs).ended).toBe("done");
    expect(child("dispose", file, atMs).ended).toBe("done");
    expect(await stateOf(file)).toMatchObject({ holds: 1, parts: 6, gone: 0, problems: [] });
  });
});
