import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectBus } from "#bus";
import { createLogger } from "#runtime";
import type { InboundMessage, Transport, TransportEvent } from "#wire";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import { withProvisioner } from "../../deploy/local/provision/provision-streams.ts";
import { inboxStream } from "../../deploy/local/provision/topology.ts";
import { startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";

const OUT = "tp.out.NE.normal.trace-request";
const IN = "tp.in.NE.normal.trace-request";

describe("the bus (TP-NATS-20, TP-NATS-21, TP-NATS-22)", () => {
  let carrier: TestCarrier;
  let next = 0;

  beforeEach(async () => {
    carrier = await startTestCarrier(["NE"]);
  });
  afterEach(() => carrier.stop());

  function publish(transport: Transport, subject: string, text: string): Promise<void> {
    next += 1;
    return transport.publish({
      subject,
      data: new TextEncoder().encode(text),
      transportId: `message-${next}.1`,
    });
  }

  it("carries messages in order, with their bytes and how often they came", async () => {
    const niger = await carrier.bus("NE");
    const gateway = await carrier.bus("gateway");
    for (let count = 0; count < 200; count += 1) await publish(niger, OUT, `m${count}`);
    const inbox = new Inbox();
    await gateway.consume("OUT_NE", "gw-normal", inbox.take);
    await inbox.hasAtLeast(200);
    expect(inbox.texts).toEqual(Array.from({ length: 200 }, (_, count) => `m${count}`));
    expect(inbox.messages[0]?.subject).toBe(OUT);
    expect(inbox.messages[0]?.deliveries).toBe(1);
  });

  it("hands a message over again until it is acknowledged, and not after", async () => {
    const niger = await carrier.bus("NE");
    const gateway = await carrier.bus("gateway");
    await publish(niger, OUT, "again");
    const seen: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    await gateway.consume("OUT_NE", "gw-normal", (message) => {
      seen.push(message.deliveries);
      if (message.deliveries < 3) message.nak(message.deliveries === 1 ? 0 : 50);
      else {
        message.ack();
        message.nak();
        resolve();
      }
    });
    await promise;
    expect(seen).toEqual([1, 2, 3]);
    await expect.poll(() => unacknowledged(carrier)).toBe(0);
  });

  it("never has more messages unacknowledged than it was told", async () => {
    const niger = await carrier.bus("NE");
    const gateway = await carrier.bus("gateway", { unacknowledgedMax: 10 });
    for (let count = 0; count < 40; count += 1) await publish(niger, OUT, `m${count}`);
    const held: InboundMessage[] = [];
    let most = 0;
    let total = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    await gateway.consume("OUT_NE", "gw-normal", (message) => {
      held.push(message);
      total += 1;
      most = Math.max(most, held.length);
      // Acknowledged only when the window is full or everything is there.
      if (held.length === 10 || total === 40) for (const one of held.splice(0)) one.ack();
      if (total === 40) resolve();
    });
    await promise;
    expect(most).toBe(10);
  });

  // Between accounts the server takes an empty message for the end of all it was asked for.
  it("hands over what follows an empty message", async () => {
    const gateway = await carrier.bus("gateway");
    const inbox = new Inbox();
    await gateway.consume("OUT_NE", "gw-normal", inbox.take);
    const raw = await carrier.raw("NE", "NE");
    await raw.request(OUT, "");
    await inbox.hasAtLeast(1);
    // The server has read the new request when it has stored what was said after it.
    await publish(gateway, IN, "x");
    await raw.request(OUT, "after");
    await inbox.hasAtLeast(2);
    expect(inbox.texts).toEqual(["", "after"]);
    expect(inbox.messages[1]?.deliveries).toBe(1);
  });

  it("says why a message is not carried", async () => {
    const niger = await carrier.bus("NE");
    const events: TransportEvent[] = [];
    niger.onEvent((event) => events.push(event));
    const foreign = publish(niger, "tp.out.BR.normal.trace-request", "x");
    await expect(foreign).rejects.toMatchObject({ code: "TRANSPORT" });
    expect(events).toContainEqual({
      type: "permission-violation",
      detail: "publish tp.out.BR.normal.trace-request",
    });
    const large = niger.publish({
      subject: OUT,
      data: new Uint8Array(1024 * 1024),
      transportId: "large.1",
    });
    await expect(large).rejects.toThrow(/max_payload/);
    const gateway = await carrier.bus("gateway");
    const unknown = publish(gateway, "tp.in.BR.normal.trace-request", "x");
    await expect(unknown).rejects.toThrow(/no stream takes this subject/);
  });

  it("refuses what a full stream cannot take, and takes it when there is room", async () => {
    await carrier.stop();
    carrier = await startTestCarrier(["NE"], { streamBytes: 200_000 });
    const niger = await carrier.bus("NE");
    const data = new Uint8Array(40_000);
    let stored = 0;
    const fill = async (): Promise<void> => {
      for (; stored < 20; stored += 1) {
        await niger.publish({ subject: OUT, data, transportId: `fill-${stored}.1` });
      }
    };
    await expect(fill()).rejects.toThrow(/maximum bytes exceeded/);
    const gateway = await carrier.bus("gateway");
    const inbox = new Inbox();
    await gateway.consume("OUT_NE", "gw-normal", inbox.take);
    await inbox.hasAtLeast(stored);
    const steward = carrier.steward();
    await expect.poll(async () => (await steward.round()).purged).toBeGreaterThan(0);
    await steward.stop();
    await niger.publish({ subject: OUT, data, transportId: "after.1" });
  });

  it("carries each transport id once within the window, and a fresh attempt anew", async () => {
    const niger = await carrier.bus("NE");
    const data = new TextEncoder().encode("x");
    await niger.publish({ subject: OUT, data, transportId: "a.1" });
    await niger.publish({ subject: OUT, data, transportId: "a.1" });
    await niger.publish({ subject: OUT, data, transportId: "a.2" });
    const gateway = await carrier.bus("gateway");
    const inbox = new Inbox();
    await gateway.consume("OUT_NE", "gw-normal", inbox.take);
    await publish(niger, OUT, "last");
    await inbox.hasAtLeast(3);
    expect(inbox.texts).toEqual(["x", "x", "last"]);
  });

  it("goes on after the server was killed, and publishes what came meanwhile", async () => {
    const niger = await carrier.bus("NE");
    const gateway = await carrier.bus("gateway");
    const inbox = new Inbox();
    await gateway.consume("OUT_NE", "gw-normal", inbox.take);
    await publish(niger, OUT, "before");
    await inbox.hasAtLeast(1);
    const events: string[] = [];
    niger.onEvent(({ type }) => events.push(type));
    await carrier.server.kill("SIGKILL");
    await expect.poll(() => niger.connected).toBe(false);
    const meanwhile = publish(niger, OUT, "meanwhile");
    await carrier.server.start();
    await meanwhile;
    await inbox.hasText("meanwhile");
    expect(events).toEqual(["disconnected", "connected"]);
  });

  it("tells a publisher whose acknowledgement was lost with the connection (TP-NATS-23)", async () => {
    const niger = await carrier.bus("NE", { inFlightMax: 1_000 });
    await publish(niger, OUT, "first");
    process.kill(carrier.server.pid, "SIGSTOP");
    await untilHalted(carrier.server.pid);
    const lost = Promise.allSettled(
      Array.from({ length: 50 }, (_, count) => publish(niger, OUT, `lost-${count}`)),
    );
    await carrier.server.kill("SIGKILL");
    const outcomes = await lost;
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
    await carrier.server.start();
    await publish(niger, OUT, "again");
  });

  it("waits for a consumer that is not there yet", async () => {
    await removeConsumer(carrier);
    const niger = await carrier.bus("NE");
    const events: TransportEvent[] = [];
    niger.onEvent((event) => events.push(event));
    const inbox = new Inbox();
    await niger.consume("IN", "in-normal", inbox.take);
    await expect.poll(() => events.map(({ type }) => type), { timeout: 20_000 }).toContain("error");
    await restoreConsumers(carrier);
    const gateway = await carrier.bus("gateway");
    await publish(gateway, IN, "at last");
    await inbox.hasAtLeast(1);
    expect(inbox.texts).toEqual(["at last"]);
  });

  it("goes on when the consumer is created anew beneath it (TP-NATS-24)", async () => {
    const niger = await carrier.bus("NE");
    const gateway = await carrier.bus("gateway");
    const inbox = new Inbox();
    await niger.consume("IN", "in-normal", inbox.take);
    await publish(gateway, IN, "one");
    await inbox.hasAtLeast(1);
    await removeConsumer(carrier);
    await restoreConsumers(carrier);
    await publish(gateway, IN, "two");
    await inbox.hasText("two");
  });

  it("gives back at once what comes after it was told to stop", async () => {
    const niger = await carrier.bus("NE");
    const gateway = await carrier.bus("gateway");
    const first = new Inbox();
    const consumption = await gateway.consume("OUT_NE", "gw-normal", first.take);
    await publish(niger, OUT, "one");
    await first.hasAtLeast(1);
    await consumption.stop();
    await publish(niger, OUT, "two");
    const second = new Inbox();
    await gateway.consume("OUT_NE", "gw-normal", second.take);
    await second.hasAtLeast(1);
    expect(first.texts).toEqual(["one"]);
    expect(second.texts).toEqual(["two"]);
  });

  it("closes after what is on its way has arrived, then takes no more", async () => {
    const niger = await carrier.bus("NE");
    const under = Array.from({ length: 100 }, (_, count) => publish(niger, OUT, `m${count}`));
    await niger.close();
    await Promise.all(under);
    await expect(publish(niger, OUT, "late")).rejects.toMatchObject({ code: "TRANSPORT" });
  });

  it("closes in bounded time while the server hangs, and says what was not sent", async () => {
    const niger = await carrier.bus("NE", { inFlightMax: 10 });
    process.kill(carrier.server.pid, "SIGSTOP");
    await untilHalted(carrier.server.pid);
    const publishes = Promise.allSettled(
      Array.from({ length: 100 }, (_, count) => publish(niger, OUT, `m${count}`)),
    );
    await niger.close();
    const outcomes = await publishes;
    process.kill(carrier.server.pid, "SIGCONT");
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
  });

  it("survives a consumer and a listener that throw", async () => {
    const niger = await carrier.bus("NE");
    const gateway = await carrier.bus("gateway");
    const events: TransportEvent[] = [];
    gateway.onEvent((event) => {
      events.push(event);
      throw new TypeError("a listener's bug");
    });
    const inbox = new Inbox();
    await gateway.consume("OUT_NE", "gw-normal", (message) => {
      if (inbox.texts.length === 1) {
        inbox.texts.push("thrown");
        throw new TypeError("a consumer's bug");
      }
      inbox.take(message);
    });
    for (const text of ["one", "two", "three"]) await publish(niger, OUT, text);
    await inbox.hasText("three");
    expect(inbox.texts).toEqual(["one", "thrown", "three"]);
    expect(events).toEqual([{ type: "error", detail: "OUT_NE/gw-normal: a consumer's bug" }]);
  });

  it("closes in bounded time while the server is away", async () => {
    const niger = await carrier.bus("NE");
    await niger.consume("IN", "in-normal", () => undefined);
    await carrier.server.kill("SIGKILL");
    await expect.poll(() => niger.connected).toBe(false);
    await niger.close();
    await carrier.server.start();
  });
});

describe("connecting", () => {
  it("says that no server answers, within the wait", async () => {
    const carrier = await startTestCarrier(["NE"]);
    const credsFile = credentialsFile(carrier.paths, "NE", "NE");
    await carrier.server.stop();
    const options = {
      servers: carrier.url,
      credsFile,
      name: "test",
      inboxPrefix: "_I.NE",
      connectMs: 300,
      logger: createLogger({ name: "test", level: "silent" }),
    };
    await expect(connectBus(options)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await carrier.stop();
  });

  it("refuses credentials that others can read, and says how to mend it", async () => {
    const dir = await mkdtemp(join(tmpdir(), "tracepost-creds-"));
    const credsFile = join(dir, "nats.creds");
    await writeFile(credsFile, "secret");
    await chmod(credsFile, 0o644);
    const options = {
      servers: "nats://127.0.0.1:1",
      credsFile,
      name: "test",
      inboxPrefix: "_I.NE",
      logger: createLogger({ name: "test", level: "silent" }),
    };
    await expect(connectBus(options)).rejects.toMatchObject({
      code: "KEY_FILE",
      remedy: expect.stringContaining("chmod 600"),
    });
    await rm(dir, { recursive: true });
  });
});

/** Takes and acknowledges what is handed over, and lets a test wait for it. */
class Inbox {
  readonly messages: InboundMessage[] = [];
  readonly texts: string[] = [];

  readonly take = (message: InboundMessage): void => {
    this.messages.push(message);
    this.texts.push(new TextDecoder().decode(message.data));
    message.ack();
  };

  async hasAtLeast(count: number): Promise<void> {
    await expect.poll(() => this.texts.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
  }

  async hasText(text: string): Promise<void> {
    await expect.poll(() => this.texts, { timeout: 20_000 }).toContain(text);
  }
}

function removeConsumer(carrier: TestCarrier): Promise<void> {
  const access = { paths: carrier.paths, natsUrl: carrier.url };
  return withProvisioner(access, "NE", (admin) => admin.removeConsumer("IN", "in-normal"));
}

function restoreConsumers(carrier: TestCarrier): Promise<void> {
  const access = { paths: carrier.paths, natsUrl: carrier.url };
  const { stream, consumers } = inboxStream("NE", carrier.streamBytes);
  return withProvisioner(access, "NE", async (admin) => {
    for (const consumer of consumers) await admin.ensureConsumer(stream.name, consumer);
  });
}

function unacknowledged(carrier: TestCarrier): Promise<number | undefined> {
  const access = { paths: carrier.paths, natsUrl: carrier.url };
  return withProvisioner(access, "CORE", async (admin) => {
    return (await admin.consumerState("OUT_NE", "gw-normal"))?.unacknowledged;
  });
}

/** A signal is on its way for a moment: waits until every thread of the process has halted. */
async function untilHalted(pid: number): Promise<void> {
  for (;;) {
    const tasks = await readdir(`/proc/${pid}/task`);
    const stats = await Promise.all(
      tasks.map((task) => readFile(`/proc/${pid}/task/${task}/stat`, "utf8")),
    );
    // The state follows the name, which stands in parentheses.
    if (stats.every((stat) => stat.slice(stat.lastIndexOf(")") + 2).startsWith("T"))) return;
  }
}
