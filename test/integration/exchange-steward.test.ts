import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectBus } from "#bus";
import { createLogger, NATS_LIMITS } from "#runtime";
import { readLocalEnvironment } from "../../deploy/local/environment.ts";
import {
  ExchangePaths,
  initExchange,
  startExchange,
  startSteward,
} from "../../deploy/local/index.ts";
import { findNatsServer } from "../../deploy/local/nats-server/find-nats-server.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { ManagedProcess } from "../../deploy/local/supervisor/managed-process.ts";
import { specsOf } from "../support/nats-carrier.ts";
import { startCommand, tracepost } from "../support/run-command.ts";

describe("a nats-server that runs on its own", () => {
  let dataDir = "";
  let paths: ExchangePaths;
  let port = 0;
  let url = "";
  let server: ManagedProcess | undefined;

  beforeEach(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-steward-")), "exchange");
    paths = new ExchangePaths(dataDir);
    await initExchange({ dataDir, participants: specsOf(["NE", "BR"]) });
    port = await findFreePort();
    url = `nats://127.0.0.1:${port}`;
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await rm(join(dataDir, ".."), { recursive: true });
  });

  /** Starts a server as `exchange nats-config` has written it. */
  async function startServer(): Promise<ManagedProcess> {
    const { cacheDir, natsServer, searchPath } = readLocalEnvironment();
    const { path } = await findNatsServer({ wanted: natsServer, cacheDir, searchPath });
    server = new ManagedProcess(
      {
        name: "nats",
        command: path,
        logFile: join(dataDir, "..", "nats.log"),
        ipc: false,
        prepare: async () => ({ args: ["--config", paths.nats.serverConfig], env: process.env }),
        ready: async () => url,
      },
      { restartCrashed: false, onEvent: () => undefined },
    );
    await server.start();
    return server;
  }

  const natsConfig = (...more: string[]) =>
    tracepost(["exchange", "nats-config", "--data", dataDir, ...more]);

  const start = (clock = { now: Date.now }) =>
    startSteward({
      dataDir,
      start: { natsUrl: url, http: { host: "127.0.0.1", port: 0 }, logLevel: "silent" },
      clock,
    });

  it("is configured off loopback for containers of one host only (TP-CON-10)", async () => {
    const refused = await natsConfig("--listen", "0.0.0.0:4222");
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toMatch(/off loopback/);
    expect(refused.err).toMatch(/mutual TLS/);
    expect(refused.err).toMatch(/--private-network/);
    await expect(readFile(paths.nats.serverConfig)).rejects.toThrow();
    for (const bad of ["4222", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "::1:4222"]) {
      expect(await natsConfig("--listen", bad)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/--listen/),
      });
    }
    const options = ["--listen", "0.0.0.0:4222", "--private-network", "--json"];
    const { code, out } = await natsConfig(...options);
    expect({ code, ...JSON.parse(out) }).toEqual({
      code: 0,
      file: paths.nats.serverConfig,
      listen: { host: "0.0.0.0", port: 4222 },
    });
    const text = await readFile(paths.nats.serverConfig, "utf8");
    expect(text).toContain('listen: "0.0.0.0:4222"');
    expect(text).toContain(`store_dir: "${paths.nats.storeDir}"`);
    expect(text).not.toMatch(/pid_file|resolver_preload/);
  });

  it("is not configured anew while an exchange runs in the folder", async () => {
    const exchange = await startExchange({ dataDir });
    try {
      const end = await natsConfig();
      expect(end).toMatchObject({ code: 5, out: "" });
      expect(end.err).toMatch(/exchange down/);
    } finally {
      await exchange.stop();
    }
  });

  it("gets its streams from a steward, which needs no key (TP-CON-8, TP-CON-11)", async () => {
    expect((await natsConfig("--listen", `127.0.0.1:${port}`)).code).toBe(0);
    await startServer();
    // A steward is given its own part of the folder and nothing else.
    const elsewhere = join(dataDir, "..", "elsewhere");
    for (const part of ["gateway", "participants", "exchange/root", "nats/keys", "nats/issued"]) {
      await mkdir(dirname(join(elsewhere, part)), { recursive: true });
      await rename(join(dataDir, part), join(elsewhere, part));
    }
    const steward = await start();
    const niger = await connectBus({
      servers: url,
      credsFile: new ExchangePaths(elsewhere).participant("NE").natsCreds,
      name: "test",
      inboxPrefix: "_I.NE",
      logger: createLogger({ name: "test", level: "silent" }),
    });
    try {
      await niger.publish({
        subject: "tp.out.NE.urgent.trace-request",
        data: new Uint8Array(8),
        transportId: "1.1",
      });
      expect(await readiness(steward.url)).toEqual({ status: 200, rounds: true });
      const metrics = await (await fetch(`${steward.url}/metrics`)).text();
      expect(metrics).toMatch(/^tracepost_steward_rounds_total 1$/m);
    } finally {
      await niger.close();
      await steward.stop();
    }
  });

  it("has a steward that is not ready when no round has succeeded for a minute", async () => {
    await natsConfig("--listen", `127.0.0.1:${port}`);
    const nats = await startServer();
    let now = Date.now();
    const steward = await start({ now: () => now });
    try {
      await nats.stop();
      now += NATS_LIMITS.stewardSilenceMs - 1;
      expect(await readiness(steward.url)).toEqual({ status: 200, rounds: true });
      now += 1;
      expect(await readiness(steward.url)).toEqual({ status: 503, rounds: false });
      await nats.start();
      await expect
        .poll(() => readiness(steward.url), { timeout: 60_000 })
        .toEqual({ status: 200, rounds: true });
    } finally {
      await steward.stop();
    }
  });

  it("is refused when it does other than promised, with every difference", async () => {
    await natsConfig("--listen", `127.0.0.1:${port}`);
    const text = await readFile(paths.nats.serverConfig, "utf8");
    const other = text
      .replace(/max_payload: \d+/, "max_payload: 2097152")
      .replace(/max_file_store: \d+/, "max_file_store: 1048576");
    await writeFile(paths.nats.serverConfig, other);
    await startServer();
    await expect(start()).rejects.toMatchObject({
      code: "TRANSPORT",
      problems: [/payloads of 2097152 bytes/, /it keeps 1048576 bytes/].map((pattern) =>
        expect.stringMatching(pattern),
      ),
    });
  });

  it("has a steward as a command, which ends with code 0 when it is asked to", async () => {
    await natsConfig("--listen", `127.0.0.1:${port}`);
    await startServer();
    const command = startCommand("bin/tracepost.js", ["exchange", "steward", "--data", dataDir], {
      env: { TRACEPOST_NATS_URL: url },
    });
    const said = await command.saying(/the steward is ready/);
    const line = said.split("\n").find((one) => one.includes("the steward is ready")) ?? "";
    expect(await readiness(JSON.parse(line).url)).toEqual({ status: 200, rounds: true });
    command.child.kill("SIGTERM");
    expect(await command.ended).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringMatching(/Stopped\.\n$/),
    });
  });

  it("says which variable keeps a steward from starting", async () => {
    const command = startCommand("bin/tracepost.js", ["exchange", "steward", "--data", dataDir], {
      env: { TRACEPOST_NATS_URL: "http://nats", TRACEPOST_HTTP_PORT: "70000" },
    });
    const { code, err } = await command.ended;
    expect(code).toBe(2);
    expect(err).toMatch(/natsUrl \(set by TRACEPOST_NATS_URL\)/);
    expect(err).toMatch(/http\.port \(set by TRACEPOST_HTTP_PORT\)/);
  });
});

async function readiness(door: string): Promise<{ status: number; rounds: boolean }> {
  const response = await fetch(`${door}/readyz`);
  const { checks } = (await response.json()) as { checks: { rounds: boolean } };
  return { status: response.status, rounds: checks.rounds };
}
