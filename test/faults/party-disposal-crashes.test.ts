import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** kill -9 while a participant places a hold, and while it disposes (TP-PREC-4, TP-PREC-6). */

const CHILD = fileURLToPath(new URL("../support/party-child.ts", import.meta.url));
const FILLED_MS = Date.UTC(2026, 0, 1);
const DUE_MS = Date.UTC(2037, 0, 1);

let dir: string;
let filled: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-party-"));
  const child = runChild("fill", await mkdtemp(join(dir, "filled-")), FILLED_MS);
  filled = child.folder;
  expect(child.ended).toBe("done");
});

afterAll(() => rm(dir, { recursive: true, force: true }));

function runChild(work: string, folder: string, atMs: number, point = "-") {
  const { signal, stderr, stdout } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", CHILD, work, folder, String(atMs), point],
    { encoding: "utf8" },
  );
  return { ended: signal ?? (stdout.trim() || stderr), folder };
}

async function copy(name: string): Promise<string> {
  const folder = join(dir, name);
  await cp(filled, folder, { recursive: true });
  return folder;
}

/** What the store and the files beside it hold. */
async function stateOf(folder: string) {
  const db = new DatabaseSync(join(folder, "focal-point.sqlite"), { readOnly: true });
  const count = (sql: string): number => Number(db.prepare(`SELECT (${sql}) AS n`).get()?.n);
  const state = {
    cases: count("SELECT count(*) FROM trace_case"),
    gone: count("SELECT count(*) FROM disposed_conversation"),
    unsigned: count("SELECT count(*) FROM disposal_certificate WHERE signature IS NULL"),
    done: count("SELECT count(*) FROM disposal_run WHERE state = 'done'"),
    holds: count("SELECT count(*) FROM hold WHERE covers = 1"),
  };
  db.close();
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  let isLeft = false;
  for (const file of files.filter((one) => one.isFile())) {
    const bytes = await readFile(join(file.parentPath, file.name));
    isLeft ||= bytes.includes(Buffer.alloc(64, 0x51));
  }
  return { ...state, isLeft };
}

describe("a participant that is killed", () => {
  // What lies between is the same clerk as at the gateway (disposal-crashes).
  const points = ["participant.disposal-committed", "participant.disposal-files-removed"] as const;

  test.each(points)("at %s goes on, and leaves no half of a case (TP-PREC-4)", async (point) => {
    const folder = await copy(point);
    expect(runChild("dispose", folder, DUE_MS, point)).toMatchObject({ ended: "SIGKILL" });
    const between = { cases: 0, gone: 2, done: 0 };
    expect(await stateOf(folder)).toMatchObject(between);
    expect(runChild("dispose", folder, DUE_MS)).toMatchObject({ ended: "done" });
    const after = { cases: 0, gone: 2, unsigned: 0, done: 1, isLeft: false };
    expect(await stateOf(folder)).toMatchObject(after);
  });

  test("after a hold was kept has it once, and disposes of nothing it covers", async () => {
    const folder = await copy("hold");
    const point = "participant.hold-kept";
    expect(runChild("hold", folder, DUE_MS, point)).toMatchObject({ ended: "SIGKILL" });
    expect(await stateOf(folder)).toMatchObject({ holds: 1 });
    expect(runChild("dispose", folder, DUE_MS)).toMatchObject({ ended: "done" });
    expect(await stateOf(folder)).toMatchObject({ holds: 1, cases: 2, gone: 0, done: 1 });
  });
});
