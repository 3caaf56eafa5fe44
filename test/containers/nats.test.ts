import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  Wait,
} from "testcontainers";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { NATS_LIMITS } from "#runtime";
import { ExchangePaths, initExchange, writeNatsConfig } from "../../deploy/local/index.ts";
import { readStoragePlan } from "../../deploy/local/provision/authority-files.ts";
import { provisionStreams } from "../../deploy/local/provision/provision-streams.ts";
import { checkServer } from "../../deploy/local/provision/server-check.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { containerUser, giveToContainer } from "../support/compose.ts";
import { TEST_LABEL } from "../support/container-cleanup.ts";
import { Attacker } from "../support/nats-attacker.ts";
import { type CarrierClients, carrierClients, specsOf } from "../support/nats-carrier.ts";
import { revokeUser } from "../support/revoke-user.ts";

const { missing, nats, run } = inject("containers");
const IDS = ["NE", "BR"];
const PORT = 4222;

describe.skipIf(missing !== "")("a nats-server in a container", () => {
  let dataDir = "";
  let paths: ExchangePaths;
  let port = 0;
  let container: StartedTestContainer;
  let carrier: CarrierClients;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "tracepost-nats-"));
    paths = new ExchangePaths(dataDir);
    await initExchange({ dataDir, participants: specsOf(IDS) });
    await writeNatsConfig(dataDir, {
      listen: { host: "0.0.0.0", port: PORT },
      privateNetwork: true,
    });
    port = await findFreePort();
    container = await startServer(paths, port);
    const url = `nats://127.0.0.1:${port}`;
    const { streamBytes } = await readStoragePlan(paths);
    await provisionStreams({ paths, natsUrl: url, participants: IDS, streamBytes });
    carrier = carrierClients({ url, paths, streamBytes }, IDS);
  });
  afterEach(async () => {
    await carrier?.closeAll();
    await container?.stop({ timeout: 0 });
    await rm(dataDir, { recursive: true });
  });

  let sent = 0;
  async function send(from: string, lane = "normal"): Promise<void> {
    const bus = await carrier.bus(from);
    sent += 1;
    await bus.publish({
      subject: `tp.out.${from}.${lane}.trace-request`,
      data: new TextEncoder().encode(`${from} ${sent}`),
      transportId: `${sent}.1`,
    });
  }

  it("does what was promised, with accounts and streams as anywhere (TP-NATS-2, 4, 10)", async () => {
    await expect(checkServer(paths, { url: carrier.url, name: "test" })).resolves.toBeUndefined();
    await send("NE", "urgent");
    const hostile = new Attacker(await carrier.raw("NE", "NE"));
    for (const subject of ["tp.out.BR.urgent.trace-request", "tp.in.NE.urgent.trace-request"]) {
      expect(await hostile.publish(subject)).toMatch(/permissions violation/i);
    }
    // As often as one likes, and nothing is changed by it.
    const { url: natsUrl, streamBytes } = carrier;
    await provisionStreams({ paths, natsUrl, participants: IDS, streamBytes });
    expect(await stewardRound()).toEqual({ purged: 0, incidents: [] });
  });

  it("is reached again after the engine has restarted it, with all it held", async () => {
    const gateway = await carrier.bus("gateway");
    const niger = await carrier.bus("NE");
    const taken: string[] = [];
    await send("NE");
    await gateway.consume("OUT_NE", "gw-normal", (message) => {
      taken.push(new TextDecoder().decode(message.data));
      message.ack();
    });
    await expect.poll(() => taken.length).toBe(1);
    await send("NE", "bulk");
    await restartServer(container, port);
    await expect.poll(() => niger.connected && gateway.connected, { timeout: 30_000 }).toBe(true);
    await send("NE");
    // The one before may come again beside it: its acknowledgement was lost with the server. What
    // was handed over on a line that had just gone comes again after the wait for it.
    const again = { timeout: NATS_LIMITS.ackWaitMs + 30_000 };
    await expect.poll(() => taken, again).toContain(`NE ${sent}`);
    // What nobody has fetched is still there.
    const bulk: string[] = [];
    await gateway.consume("OUT_NE", "gw-bulk", (message) => {
      bulk.push(new TextDecoder().decode(message.data));
      message.ack();
    });
    await expect.poll(() => bulk, again).toEqual([`NE ${sent - 1}`]);
    expect((await stewardRound()).incidents).toEqual([]);
  });

  it("keeps a revoked user out when the engine restarts it by itself (TP-NATS-8)", async () => {
    const niger = await carrier.raw("NE", "NE", { reconnect: false });
    const brazil = await carrier.raw("BR", "BR");
    await revokeUser(carrier, "NE", "NE");
    await expect(niger.closed()).resolves.toBeInstanceOf(Error);
    await brazil.flush();
    // Configuration and tokens of the first day are all the engine knows of.
    await restartServer(container, port);
    const again = carrier.raw("NE", "NE", { reconnect: false, timeout: 10_000 });
    await expect(again).rejects.toThrow(/authorization violation/i);
    // Nor does writing the configuration anew let it in.
    await writeNatsConfig(dataDir, {
      listen: { host: "0.0.0.0", port: PORT },
      privateNetwork: true,
    });
    await giveServerFiles(paths);
    await restartServer(container, port);
    const afterwards = carrier.raw("NE", "NE", { reconnect: false, timeout: 10_000 });
    await expect(afterwards).rejects.toThrow(/authorization violation/i);
    const other = await carrier.raw("BR", "BR");
    await expect(other.flush()).resolves.toBeUndefined();
  });

  async function stewardRound() {
    const steward = carrier.steward();
    try {
      return await steward.round();
    } finally {
      await steward.stop();
    }
  }
});

/** Starts the server with its own files only, at a port of the host that stays over a restart. */
async function startServer(paths: ExchangePaths, port: number): Promise<StartedTestContainer> {
  await giveServerFiles(paths);
  const { resolverDir, serverConfig, storeDir } = paths.nats;
  const mounts = [serverConfig, resolverDir, storeDir];
  return await new GenericContainer(nats)
    .withCommand(["--config", serverConfig])
    .withUser(containerUser().join(":"))
    .withBindMounts(mounts.map((path) => ({ source: path, target: path, mode: "rw" })))
    .withDroppedCapabilities("ALL")
    .withSecurityOpt("no-new-privileges")
    .withExposedPorts({ container: PORT, host: port })
    .withLabels({ [TEST_LABEL]: run })
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .start();
}

/**
 * Has the engine restart the server, and waits until it greets: looking for a line of the log may
 * miss one that was written in the second of the start.
 */
async function restartServer(container: StartedTestContainer, port: number): Promise<void> {
  const { container: engine } = await getContainerRuntimeClient();
  await engine.restart(engine.getById(container.getId()), { timeout: 10_000 });
  await expect.poll(() => greeting(port), { timeout: 30_000 }).toMatch(/^INFO /);
}

/** What a server says to whoever connects; "" when nobody is behind the port. */
async function greeting(port: number): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    const [said] = (await once(socket, "data", { signal: AbortSignal.timeout(2_000) })) as [Buffer];
    return said.toString("latin1");
  } catch {
    return "";
  } finally {
    socket.destroy();
  }
}

async function giveServerFiles(paths: ExchangePaths): Promise<void> {
  const { resolverDir, serverConfig, storeDir } = paths.nats;
  const tokens = (await readdir(resolverDir)).map((name) => join(resolverDir, name));
  for (const path of [serverConfig, resolverDir, ...tokens, storeDir]) await giveToContainer(path);
}
