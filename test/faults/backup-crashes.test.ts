import { spawnSync } from "node:child_process";
import { cp, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BACKUP_CRASH_POINTS, RESTORE_CRASH_POINTS, STORE_LIMITS, systemClock } from "#runtime";
import { createBackup, restoreBackup, verifyBackup } from "../../deploy/local/index.ts";
import { makeUpFolder } from "../support/made-up-folder.ts";

/** kill -9, a full disk and torn pages under backup and restore (TP-BACK-1, TP-BACK-5). */

const CHILD = fileURLToPath(new URL("../support/backup-child.ts", import.meta.url));
/** Less than the smallest store has. */
const FULL_KIB = 200;
const STORE = "gateway/gateway.sqlite";

let dir = "";
let folder = "";
let backup = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-backup-crashes-"));
  folder = join(dir, "exchange");
  backup = join(dir, "backup");
  const { bench } = await makeUpFolder(folder);
  await bench.close();
  await create(folder, backup);
}, 120_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

/** How a child ended: by a signal, or with what it said. */
function child(args: readonly string[], fileKib?: number): string {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", CHILD, ...args];
  const limited = ["bash", "-c", 'ulimit -S -f "$0"; exec "$@"', String(fileKib), ...node];
  const [program = "", ...rest] = fileKib === undefined ? node : limited;
  const { signal, stdout } = spawnSync(program, rest, { encoding: "utf8" });
  return signal ?? stdout.trim();
}

const create = (dataDir: string, to: string) =>
  createBackup({ dataDir, to, withKeys: false, program: "test", clock: systemClock });
const restore = (from: string, dataDir: string) =>
  restoreBackup({ from, dataDir, replace: true, clock: systemClock });

const configOf = (dataDir: string): Promise<string> =>
  readFile(join(dataDir, "gateway/config.json"), "utf8").catch(() => "absent");

/** A folder that has gone on since the backup. */
async function later(name: string): Promise<string> {
  const dataDir = join(dir, name);
  await cp(folder, dataDir, { recursive: true });
  await writeFile(join(dataDir, "gateway/config.json"), "later");
  return dataDir;
}

describe("a process that is killed", () => {
  test.each(BACKUP_CRASH_POINTS)("at %s leaves a whole backup or none", async (point) => {
    const to = join(dir, point);
    expect(child(["create", folder, to, point])).toBe("SIGKILL");
    const isNamed = point === "backup.named";
    if (!isNamed) {
      await expect(verifyBackup(to)).rejects.toThrow("was never finished");
      await create(folder, to);
    }
    expect((await verifyBackup(to)).problems).toEqual([]);
    expect(await readdir(dir)).not.toContain(`${point}.tracepost-unfinished`);
  });

  test.each(RESTORE_CRASH_POINTS)("at %s leaves the old folder or the new one", async (point) => {
    const dataDir = await later(point);
    expect(child(["restore", backup, dataDir, point])).toBe("SIGKILL");
    const between = { "restore.put-aside": "absent", "restore.named": "{}" } as const;
    expect(await configOf(dataDir)).toBe(point in between ? between[point as never] : "later");
    await restore(backup, dataDir);
    expect(await configOf(dataDir)).toBe("{}");
    const asides = (await readdir(dir)).filter((name) => name.startsWith(`${point}.before-`));
    const configs = await Promise.all(asides.map((name) => configOf(join(dir, name))));
    expect(configs).toContain("later");
    expect(await readFile(join(dataDir, "gateway/keys/receipt.key"), "utf8")).toBe("a private key");
  });
});

describe.skipIf(process.platform !== "linux")("a disk that is full", () => {
  test("lets no backup be made, and says so", async () => {
    const to = join(dir, "full");
    expect(child(["create", folder, to], FULL_KIB)).toMatch(/^STORE .*(full|disk I\/O|could not)/u);
    expect((await readdir(dir)).filter((name) => name.startsWith("full"))).toEqual([]);
  });

  test("lets nothing be restored, and leaves what is there", async () => {
    const dataDir = await later("full-restore");
    expect(child(["restore", backup, dataDir], FULL_KIB)).toMatch(
      /^STORE .*could not be restored/u,
    );
    expect(await configOf(dataDir)).toBe("later");
    const names = (await readdir(dir)).filter((name) => name.startsWith("full-restore"));
    expect(names).toEqual(["full-restore"]);
  });
});

describe("a store with a torn page", () => {
  test.each(["last", "first table"])("is found by the %s page, and not restored", async (which) => {
    const source = join(dir, `torn ${which}`);
    await cp(folder, source, { recursive: true });
    const file = join(source, STORE);
    const { size } = await stat(file);
    const { pageBytes } = STORE_LIMITS;
    const at = which === "last" ? size - pageBytes : pageBytes;
    await using handle = await open(file, "r+");
    await handle.write(Buffer.alloc(pageBytes / 2, 0xa5), 0, undefined, at);
    const to = join(dir, `torn backup ${which}`);
    const problems = await create(source, to).then(
      async () => (await verifyBackup(to)).problems,
      (caught: Error) => [caught.message],
    );
    expect(problems.join("\n")).toMatch(/gateway\.sqlite/u);
    const target = join(dir, `torn target ${which}`);
    await expect(restore(to, target)).rejects.toThrow(/cannot be restored|is no backup/u);
    expect(await readdir(dir)).not.toContain(`torn target ${which}`);
  });
});
