import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseCheckpoint } from "#message-log";
import {
  ExchangePaths,
  initExchange,
  type RunningExchange,
  startExchange,
} from "../../../deploy/local/index.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { traceBody } from "../../support/trace-body.ts";

/** An exchange is backed up, goes on, and is restored to the older backup (TP-BACK-8). */

const PATIENCE = { timeout: 60_000, interval: 100 };
let dir = "";
let paths: ExchangePaths;
let exchange: RunningExchange | undefined;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-older-"));
  paths = new ExchangePaths(join(dir, "exchange"));
  await initExchange({ dataDir: paths.dataDir, participants: specsOf(["US", "AT"]) });
  exchange = await startExchange({ dataDir: paths.dataDir });
  const officer = ["desk-7", "--name", "Desk 7 (made up)", "--role", "FOCAL_POINT_OFFICER"];
  await command("user", "add", ...officer, "--participant", "US");
}, 120_000);
afterAll(async () => {
  await exchange?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function command(...words: readonly string[]) {
  const { code, err, out } = await tracepostHere([...words, "--data", paths.dataDir, "--json"]);
  return { code, said: JSON.parse(out || err) };
}

async function send(serial: string): Promise<void> {
  const file = join(dir, `${serial}.json`);
  const body = traceBody({ to: "AT", serial });
  const request = { ...body.request, nationalCaseNumber: `US/${serial}` };
  await writeFile(file, JSON.stringify({ ...body, request }));
  const { code } = await command("trace", "send", file, "--participant", "US", "--wait");
  expect(code).toBe(0);
}

const known = join("gateway", "log-known.checkpoint");
const seen = join("participants", "AT", "log-seen.checkpoint");
const sizeIn = async (file: string): Promise<number> =>
  parseCheckpoint(await readFile(join(paths.dataDir, file), "utf8").catch(() => ""))?.size ?? 0;

/** Both signed checkpoints that somebody has kept, as sizes by name. */
async function conflictOf(folder: string): Promise<Record<string, number>> {
  const all = join(folder, "log-conflicts");
  const [one = ""] = await readdir(join(paths.dataDir, all));
  const names = await readdir(join(paths.dataDir, all, one));
  const sizes = names.map(async (name) => [name, await sizeIn(join(all, one, name))] as const);
  return Object.fromEntries(await Promise.all(sizes));
}

test("is not gone on with: the gateway refuses its start, and without its memory others tell", async () => {
  await send("FIRST-1");
  const backup = join(dir, "backup");
  const { code, said: made } = await command("backup", "create", "--to", backup);
  expect({ code, error: made.error }).toEqual({ code: 0, error: undefined });
  const older = made.manifest.stores.at(-1).log.size;
  await send("SECOND-2");
  await exchange?.stop();
  const later = await sizeIn(known);
  expect(later).toBeGreaterThan(older);

  const restored = await command("backup", "restore", backup, "--only", "gateway", "--replace");
  expect({ code: restored.code, error: restored.said.error }).toEqual({
    code: 0,
    error: undefined,
  });
  exchange = undefined;
  await expect(startExchange({ dataDir: paths.dataDir })).rejects.toThrow();
  const log = await readFile(join(paths.run.logsDir, "gateway.log"), "utf8");
  expect(log).toContain("the log in the store is older than the one known");
  expect(log).toMatch(/Restore a later backup; without one the log has ended/);
  expect(await conflictOf("gateway")).toMatchObject({
    "known.checkpoint": later,
    "here.checkpoint": expect.any(Number),
  });

  // As AT keeps it when it looks at the log after the second message.
  await rename(join(paths.dataDir, known), join(paths.dataDir, seen));
  exchange = await startExchange({ dataDir: paths.dataDir });
  await expect
    .poll(() => conflictOf(join("participants", "AT")).catch(() => ({})), PATIENCE)
    .toMatchObject({ "before.checkpoint": later, "shown.checkpoint": expect.any(Number) });
}, 240_000);
