import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readStart } from "../../../services/regional-monitor/config.ts";

/** The configuration of a regional monitor (TP-MON-1, TP-MON-2). */

const SETTINGS = {
  ...{ participant: "ORG-ECOWAS", dataDir: ".", natsUrl: "nats://127.0.0.1:4222" },
  ...{ credsFile: "nats.creds", registerFile: "register.json", rootPublicKeyFiles: ["root.pub"] },
  ...{ keysDir: "keys", apiTokenFile: "api.token", http: { host: "127.0.0.1", port: 0 } },
  logLevel: "info",
};
let dir = "";

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-monitor-config-"));
});

afterEach(() => rm(dir, { recursive: true }));

async function start(more: object) {
  const file = join(dir, "config.json");
  await writeFile(file, JSON.stringify({ ...SETTINGS, ...more }));
  return await readStart(["--config", file], {});
}

test("keeps its store in its folder, or where the configuration says", async () => {
  const { place } = await start({});
  expect(place).toEqual({ kind: "sqlite", file: join(dir, "regional-monitor.sqlite") });
  const store = { kind: "postgres", url: "postgres://m@db/counts", schema: "monitor" };
  const told = await start({ store: { ...store, passwordFile: "db.password" } });
  expect(told.place).toEqual({ ...store, passwordFile: join(dir, "db.password") });
  await expect(start({ store: { kind: "postgres" } })).rejects.toThrow("names no place");
});

test("finds its key as a witness beside the file (TP-MON-19)", async () => {
  expect((await start({})).config.witness).toBeUndefined();
  const { config } = await start({ witness: { name: "witness.example/w", keyFile: "w.key" } });
  expect(config.witness).toEqual({ name: "witness.example/w", keyFile: join(dir, "w.key") });
  const spaced = start({ witness: { name: "a witness", keyFile: "w.key" } });
  await expect(spaced).rejects.toThrow("1 problem");
});
