import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type ExchangeEvent,
  exchangeStatus,
  initExchange,
  type RunningExchange,
  type StartOptions,
  startExchange,
  stopRunningExchange,
} from "../../deploy/local/index.ts";
import { startMarkOf } from "../../deploy/local/supervisor/process-identity.ts";
import { specsOf } from "../support/nats-carrier.ts";

const SERVICE = fileURLToPath(import.meta.resolve("../support/nats-fixture-service.ts"));
const SUPERVISOR = fileURLToPath(import.meta.resolve("../support/nats-fixture-supervisor.ts"));
const PROGRAMS = {
  gateway: SERVICE,
  focalPoint: SERVICE,
  borderAgency: SERVICE,
  regionalMonitor: SERVICE,
};

describe("the supervisor of a local exchange", () => {
  let dataDir = "";
  let running: RunningExchange | undefined;
  const supervisors: ChildProcess[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "tracepost-exchange-"));
    await initExchange({ dataDir, participants: specsOf(["NE", "BR"]) });
    return () => rm(dataDir, { recursive: true, force: true });
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    for (const supervisor of supervisors.splice(0)) supervisor.kill("SIGKILL");
    await stopRunningExchange(dataDir);
  });

  async function start(options: Partial<StartOptions> = {}): Promise<RunningExchange> {
    running = await startExchange({ dataDir, programs: PROGRAMS, ...options });
    return running;
  }

  /** Starts an exchange in another process; resolves when it is up. */
  async function startElsewhere(): Promise<ChildProcess> {
    const child = fork(SUPERVISOR, [dataDir, SERVICE]);
    supervisors.push(child);
    await new Promise((resolve) => child.once("message", resolve));
    return child;
  }

  it("starts server, gateway and focal points, and says where they answer", async () => {
    const exchange = await start();
    expect(exchange.nats.url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
    const { config } = await answer(exchange.gateway.url);
    expect(config.natsUrl).toBe(exchange.nats.url);
    expect([...exchange.participants.keys()]).toEqual(["NE", "BR"]);
    const niger = exchange.participants.get("NE");
    expect((await answer(niger?.url)).config).toMatchObject({
      participant: "NE",
      answering: "register",
      // Relative to the file: the folder may be moved.
      dataDir: ".",
      keysDir: "keys",
    });
    const token = await readFile(exchange.paths.participant("NE").apiToken, "utf8");
    expect(niger?.token).toBe(token.trim());
    expect(niger?.token.length).toBeGreaterThan(40);
  });

  it("writes what runs, without secrets, and removes it at the end", async () => {
    const exchange = await start();
    await expect
      .poll(() => exchangeStatus(dataDir))
      .toMatchObject({
        kind: "running",
        state: { supervisorPid: process.pid, gateway: exchange.gateway, nats: exchange.nats },
      });
    const written = await readFile(exchange.paths.run.state, "utf8");
    expect(written).not.toContain(exchange.participants.get("NE")?.token);
    await exchange.stop();
    expect(await exchangeStatus(dataDir)).toEqual({ kind: "stopped" });
    await expect(stat(exchange.paths.run.lock)).rejects.toThrow();
  });

  it("gives each process the environment asked for, and none the armed crash point", async () => {
    process.env.TRACEPOST_CRASH_AT = "gateway.received";
    try {
      const exchange = await start({
        env: (name): Record<string, string> => ({ FIXTURE_EXTRA: `for ${name}` }),
      });
      expect((await answer(exchange.gateway.url)).env).toBe("for gateway");
      expect((await answer(exchange.participants.get("BR")?.url)).env).toBe("for BR");
    } finally {
      delete process.env.TRACEPOST_CRASH_AT;
    }
  });

  it("starts a crashed service again, at the same address", async () => {
    const events: ExchangeEvent[] = [];
    const exchange = await start({ onEvent: (event) => events.push(event) });
    const before = exchange.gateway;
    process.kill(before.pid, "SIGKILL");
    await exchange.process("gateway").waitExit();
    await exchange.process("gateway").waitReady();
    expect(exchange.gateway.url).toBe(before.url);
    expect(exchange.gateway.pid).not.toBe(before.pid);
    expect(events).toContainEqual({
      type: "exited",
      name: "gateway",
      code: null,
      signal: "SIGKILL",
      expected: false,
    });
    expect(events).toContainEqual({ type: "restarting", name: "gateway", attempt: 1 });
  });

  it("starts a killed server again on its port, with its streams", async () => {
    const exchange = await start();
    const before = exchange.nats;
    process.kill(before.pid, "SIGKILL");
    await exchange.process("nats").waitExit();
    await exchange.process("nats").waitReady();
    expect(exchange.nats.url).toBe(before.url);
    expect(await exchange.stewardRound()).toEqual({ purged: 0, incidents: [] });
  });

  it("leaves a killed process dead for fault tests, until told to start it", async () => {
    const exchange = await start({ restartCrashed: false });
    const focalPoint = exchange.process("NE");
    await focalPoint.kill();
    expect(focalPoint.pid).toBe(0);
    expect(exchange.participants.get("NE")?.url).toBe("");
    await focalPoint.start();
    expect((await answer(focalPoint.url)).pid).toBe(focalPoint.pid);
  });

  it("gives up a service that crashes again and again, and says so", async () => {
    const events: ExchangeEvent[] = [];
    let behaviour = "";
    const exchange = await start({
      onEvent: (event) => events.push(event),
      env: (name): Record<string, string> =>
        name === "NE" ? { FIXTURE_BEHAVIOUR: behaviour } : {},
    });
    behaviour = "fail";
    await exchange.process("NE").kill();
    await expect(exchange.process("NE").waitReady()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(events.filter(({ type }) => type === "restarting")).toHaveLength(5);
    expect(events.at(-1)).toMatchObject({ type: "given-up", name: "NE" });
  });

  it("stops everything when one service does not start, with the end of its log", async () => {
    const events: ExchangeEvent[] = [];
    const attempt = start({
      onEvent: (event) => events.push(event),
      env: (name): Record<string, string> => (name === "BR" ? { FIXTURE_BEHAVIOUR: "fail" } : {}),
    });
    await expect(attempt).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "BR ended before it was ready",
      problems: ["fixture: its configuration is wrong"],
    });
    await expectAllEnded(events);
    expect(await exchangeStatus(dataDir)).toEqual({ kind: "stopped" });
  });

  it("can be interrupted while it starts", async () => {
    const events: ExchangeEvent[] = [];
    const controller = new AbortController();
    const attempt = start({
      signal: controller.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.type === "started" && event.name === "nats") controller.abort();
      },
    });
    await expect(attempt).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expectAllEnded(events);
  });

  it("refuses a second exchange in the same folder, here and elsewhere", async () => {
    await start();
    await expect(startExchange({ dataDir, programs: PROGRAMS })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("is running already"),
    });
    expect(running?.gateway.url).not.toBe("");
    await running?.stop();
    const other = await startElsewhere();
    await expect(startExchange({ dataDir, programs: PROGRAMS })).rejects.toMatchObject({
      problems: [`it was started by process ${other.pid}`],
    });
  });

  it("is stopped from another process", async () => {
    const supervisor = await startElsewhere();
    const ended = new Promise((resolve) => supervisor.once("exit", resolve));
    expect(await stopRunningExchange(dataDir)).toBe(true);
    expect(await ended).toBe(0);
    expect(await exchangeStatus(dataDir)).toEqual({ kind: "stopped" });
    expect(await stopRunningExchange(dataDir)).toBe(false);
  });

  it("ends what a killed supervisor has left, and starts over", async () => {
    const supervisor = await startElsewhere();
    const status = await exchangeStatus(dataDir);
    if (status.kind !== "running") throw new TypeError(`it is ${status.kind}`);
    const { state } = status;
    const ended = new Promise((resolve) => supervisor.once("exit", resolve));
    supervisor.kill("SIGKILL");
    await ended;
    expect(await exchangeStatus(dataDir)).toMatchObject({ kind: "abandoned" });
    // The services notice that their parent is gone; the server cannot.
    for (const { pid } of [state.gateway, ...Object.values(state.participants)]) {
      await expect.poll(() => startMarkOf(pid), { timeout: 10_000 }).toBeUndefined();
    }
    expect(await startMarkOf(state.nats.pid)).toBeDefined();
    const exchange = await start();
    expect(await startMarkOf(state.nats.pid)).toBeUndefined();
    expect(exchange.gateway.url).not.toBe("");
  });

  it("ends by force what does not end when asked to", async () => {
    const exchange = await start({
      env: (name): Record<string, string> =>
        name === "NE" ? { FIXTURE_BEHAVIOUR: "stubborn" } : {},
    });
    const { pid } = exchange.process("NE");
    await exchange.stop(1_000);
    expect(await startMarkOf(pid)).toBeUndefined();
  });
});

async function answer(url = ""): Promise<{
  config: Record<string, unknown>;
  env: string;
  pid: number;
}> {
  const response = await fetch(url);
  return (await response.json()) as Awaited<ReturnType<typeof answer>>;
}

async function expectAllEnded(events: readonly ExchangeEvent[]): Promise<void> {
  const pids = events.flatMap((event) => (event.type === "spawned" ? [event.pid] : []));
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) expect(await startMarkOf(pid)).toBeUndefined();
}
