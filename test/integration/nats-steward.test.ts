import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DeliverPolicy, jetstreamManager } from "@nats-io/jetstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ConsumerState, connectStreamAdmin, type StreamState } from "#bus";
import type { InboundMessage, Transport } from "#wire";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import { readAccount } from "../../deploy/local/provision/claims.ts";
import type { StewardIncident } from "../../deploy/local/steward.ts";
import { startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";

const LANES = ["urgent", "normal", "bulk"] as const;

describe("the steward (TP-NATS-10, TP-NATS-11, TP-NATS-12, TP-NATS-13)", () => {
  let carrier: TestCarrier;
  let niger: Transport;
  let gateway: Transport;
  let sent = 0;

  beforeEach(async () => {
    carrier = await startTestCarrier(["NE"]);
    niger = await carrier.bus("NE");
    gateway = await carrier.bus("gateway");
  });
  afterEach(() => carrier.stop());

  async function send(lane: (typeof LANES)[number], count: number): Promise<void> {
    for (let one = 0; one < count; one += 1) {
      sent += 1;
      await niger.publish({
        subject: `tp.out.NE.${lane}.trace-request`,
        data: new TextEncoder().encode(`${lane} ${sent}`),
        transportId: `${sent}.1`,
      });
    }
  }

  /** Takes messages of a lane without acknowledging them. */
  async function take(lane: (typeof LANES)[number], count: number): Promise<InboundMessage[]> {
    const taken: InboundMessage[] = [];
    const consumption = await gateway.consume("OUT_NE", `gw-${lane}`, (message) => {
      taken.push(message);
    });
    await expect.poll(() => taken.length).toBe(count);
    await consumption.stop();
    return taken;
  }

  async function acknowledge(messages: readonly InboundMessage[], lane: string): Promise<void> {
    for (const message of messages) message.ack();
    await expect.poll(async () => (await lookAt(lane)).consumer.unacknowledged).toBe(0);
  }

  async function lookAt(lane: string): Promise<{ stream: StreamState; consumer: ConsumerState }> {
    const admin = await connectStreamAdmin({
      servers: carrier.url,
      credsFile: credentialsFile(carrier.paths, "CORE", "steward"),
      name: "test",
      inboxPrefix: "_I.steward",
    });
    try {
      const stream = await admin.streamState("OUT_NE");
      const consumer = await admin.consumerState("OUT_NE", `gw-${lane}`);
      if (stream === undefined || consumer === undefined) throw new TypeError("nothing there");
      return { stream, consumer };
    } finally {
      await admin.close();
    }
  }

  async function round(): Promise<{ purged: number; incidents: readonly StewardIncident[] }> {
    const steward = carrier.steward();
    try {
      return await steward.round();
    } finally {
      await steward.stop();
    }
  }

  it("removes nothing that is not acknowledged", async () => {
    await send("normal", 5);
    expect(await round()).toEqual({ purged: 0, incidents: [] });
    const taken = await take("normal", 5);
    expect((await round()).purged).toBe(0);
    await acknowledge(taken, "normal");
    expect((await round()).purged).toBe(5);
    expect((await lookAt("normal")).stream).toMatchObject({ messages: 0, lastSequence: 5 });
  });

  it("removes only what lies below every lane's floor", async () => {
    await send("normal", 3);
    await send("bulk", 2);
    await send("normal", 3);
    await acknowledge(await take("normal", 6), "normal");
    // Bulk has done nothing: its first message is number 4, and its floor stands at 0.
    expect((await round()).purged).toBe(0);
    const [first, second] = await take("bulk", 2);
    first?.ack();
    await expect.poll(async () => (await lookAt("bulk")).consumer.ackFloorSequence).toBe(4);
    expect((await round()).purged).toBe(4);
    expect((await lookAt("bulk")).stream).toMatchObject({ firstSequence: 5, messages: 4 });
    second?.ack();
    await expect.poll(async () => (await lookAt("bulk")).consumer.unacknowledged).toBe(0);
    expect((await round()).purged).toBe(4);
  });

  it("does not let a lane that never had a message hold back the others", async () => {
    await send("urgent", 4);
    await acknowledge(await take("urgent", 4), "urgent");
    expect((await round()).purged).toBe(4);
  });

  it("keeps a gap in the acknowledgements and all that follows it", async () => {
    await send("normal", 5);
    const taken = await take("normal", 5);
    for (const place of [0, 1, 3, 4]) taken[place]?.ack();
    await expect.poll(async () => (await lookAt("normal")).consumer.unacknowledged).toBe(1);
    expect((await round()).purged).toBe(2);
    expect((await lookAt("normal")).stream).toMatchObject({ firstSequence: 3, messages: 3 });
  });

  it("finds everything in place after a stream was lost and the server restarted", async () => {
    await carrier.server.stop();
    await rm(await streamFolder(carrier), { recursive: true });
    await carrier.server.start();
    const { incidents } = await round();
    // The start of the server itself has put everything back.
    expect(incidents).toEqual([]);
    await send("normal", 1);
    await take("normal", 1);
  });

  it("creates a consumer that is ahead of its stream anew, and says so", async () => {
    await send("normal", 5);
    await putAhead(carrier, 100);
    expect((await lookAt("normal")).consumer.deliveredSequence).toBeGreaterThan(5);
    const { incidents } = await round();
    expect(incidents).toEqual([
      {
        kind: "STREAM_TAIL_LOST",
        participant: "NE",
        where: "CORE/OUT_NE",
        detail: expect.stringContaining("created anew: gw-normal"),
      },
    ]);
    await send("normal", 1);
    const texts = (await take("normal", 6)).map(({ data }) => new TextDecoder().decode(data));
    expect(texts.at(-1)).toBe(`normal ${sent}`);
    expect((await round()).incidents).toEqual([]);
  });

  it("lets no new message be skipped after a stream has lost its tail", async () => {
    await send("normal", 5);
    const kept = join(carrier.paths.dataDir, "kept");
    const folder = await streamFolder(carrier);
    await carrier.server.stop();
    await cp(join(folder, "msgs"), kept, { recursive: true });
    await carrier.server.start();
    await send("normal", 5);
    await acknowledge(await take("normal", 10), "normal");
    await carrier.server.kill("SIGKILL");
    await rm(join(folder, "msgs"), { recursive: true });
    await cp(kept, join(folder, "msgs"), { recursive: true });
    await carrier.server.start();
    await round();
    const { stream, consumer } = await lookAt("normal");
    expect(stream.lastSequence).toBe(5);
    expect(consumer.deliveredSequence).toBeLessThanOrEqual(5);
    await send("normal", 1);
    const texts: string[] = [];
    await gateway.consume("OUT_NE", "gw-normal", (message) => {
      texts.push(new TextDecoder().decode(message.data));
      message.ack();
    });
    await expect.poll(() => texts.at(-1)).toBe(`normal ${sent}`);
  });

  it("keeps a stream that fills open for urgent messages, and opens it again (TP-NATS-16)", async () => {
    await carrier.stop();
    carrier = await startTestCarrier(["NE"], { streamBytes: 100_000 });
    niger = await carrier.bus("NE");
    gateway = await carrier.bus("gateway");
    for (let one = 0; one < 4; one += 1) await sendLarge("bulk");
    const incidents: StewardIncident[] = [];
    const steward = carrier.steward((incident) => incidents.push(incident));
    await steward.round();
    await steward.round();
    expect(incidents).toEqual([
      {
        kind: "STREAM_FULL",
        participant: "NE",
        where: "CORE/OUT_NE",
        detail: "80 % full: it takes urgent messages only",
      },
    ]);
    await expect(sendLarge("bulk")).rejects.toThrow(/no stream takes this subject/);
    await expect(sendLarge("normal")).rejects.toThrow(/no stream takes this subject/);
    await send("urgent", 3);
    // What it holds of the other lanes is still handed over.
    await acknowledge(await take("bulk", 4), "bulk");
    await acknowledge(await take("urgent", 3), "urgent");
    expect((await steward.round()).purged).toBe(7);
    await steward.stop();
    await sendLarge("bulk");
    await sendLarge("normal");
  });

  async function sendLarge(lane: "normal" | "bulk"): Promise<void> {
    sent += 1;
    await niger.publish({
      subject: `tp.out.NE.${lane}.attachment-chunk`,
      data: new Uint8Array(20_000),
      transportId: `large-${sent}.1`,
    });
  }
});

/** Leaves the consumer where it stands after a loss of the stream's tail: beyond its end. */
async function putAhead(carrier: TestCarrier, sequence: number): Promise<void> {
  const connection = await carrier.raw("CORE", "provisioner");
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const { config } = await manager.consumers.info("OUT_NE", "gw-normal");
  await manager.consumers.delete("OUT_NE", "gw-normal");
  await manager.consumers.add("OUT_NE", {
    ...config,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: sequence,
  });
}

async function streamFolder({ paths }: TestCarrier): Promise<string> {
  const token = await readFile(join(paths.nats.issuedDir, "CORE.jwt"), "utf8");
  return join(paths.nats.storeDir, "jetstream", readAccount(token).sub, "streams", "OUT_NE");
}
