import { connectBus } from "#bus";
import { createLogger } from "#runtime";
import { outSubject } from "#wire";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import { headerOf, traceRequest } from "../support/messages.ts";
import type { Party } from "../support/parties.ts";
import { type BenchExchange, endProgram, GATEWAY_PROGRAM, openBenchExchange } from "./exchange.ts";
import { Inbox } from "./inbox.ts";
import { openSyncedFile, quantile } from "./machine.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";
import { atSteadyPace } from "./steady-pace.ts";

const PER_SECOND = 50;
/** The first messages find compilers and caches cold. */
const WARM_UP_SHARE = 0.1;
const RECEIPT_BYTES = 1_600;

/** Send to signed `accepted` receipt, at a steady 50 messages a second. */
export const latencyBench: Bench = {
  name: "latency",
  about: "send to `accepted` receipt at 50 messages a second",
  run: measureLatency,
};

async function measureLatency(options: BenchOptions): Promise<Section> {
  const count = PER_SECOND * options.seconds;
  const floor = await onFreshExchange((exchange) => floorLatencies(exchange, count));
  options.progress(`floor: p50 ${quantile(floor, 0.5).toFixed(1)} ms`);
  const gateway = await onFreshExchange((exchange) => gatewayLatencies(exchange, count));
  const row = (name: string, share: number): string[] => {
    const [least, ours] = [quantile(floor, share), quantile(gateway, share)];
    return [name, least.toFixed(2), ours.toFixed(2), (ours / least).toFixed(1)];
  };
  return {
    title: `Send to signed \`accepted\` receipt, ${PER_SECOND} messages/s, ${count} messages`,
    columns: ["quantile", "floor, ms", "gateway, ms", "ratio"],
    rows: [row("p50", 0.5), row("p90", 0.9), row("p99", 0.99)],
    data: { perSecond: PER_SECOND, count, floorMs: floor, gatewayMs: gateway },
  };
}

async function onFreshExchange<T>(work: (exchange: BenchExchange) => Promise<T>): Promise<T> {
  const exchange = await openBenchExchange(["AT", "NE"]);
  try {
    return await work(exchange);
  } finally {
    await exchange.close();
  }
}

/** The least a receipt can cost: into the outbox stream, to the disk, into the inbox stream. */
async function floorLatencies(exchange: BenchExchange, count: number): Promise<number[]> {
  const sender = exchange.parties[0] as Party;
  const own = await exchange.connect(sender.id);
  const gateway = await connectBus({
    servers: exchange.running.nats.url,
    credsFile: credentialsFile(exchange.running.paths, "GATEWAY", "gateway"),
    name: "bench.gateway",
    inboxPrefix: "_I.gateway",
    logger: createLogger({ name: "bench", level: "silent" }),
  });
  const file = await openSyncedFile();
  const receipt = Buffer.alloc(RECEIPT_BYTES, 1);
  const took = await atSteadyPace({ count, perSecond: PER_SECOND }, async (n) => {
    const { subject, message, messageId } = request(sender, "NE");
    const startedAt = performance.now();
    await own.publish({ subject, data: message, transportId: `${messageId}.floor` });
    await file.write();
    await gateway.publish({
      subject: `tp.in.${sender.id}.normal.receipt`,
      data: receipt,
      transportId: `floor.${n}`,
    });
    return performance.now() - startedAt;
  });
  await Promise.all([file.close(), own.close(), gateway.close()]);
  return took.slice(Math.floor(count * WARM_UP_SHARE));
}

async function gatewayLatencies(exchange: BenchExchange, count: number): Promise<number[]> {
  const sender = exchange.parties[0] as Party;
  const inboxes = await Promise.all(
    exchange.parties.map(async (party) => new Inbox(party, await exchange.connect(party.id))),
  );
  const waiting = new Map<string, () => void>();
  (inboxes[0] as Inbox).onAccepted = (ids) => {
    for (const id of ids) waiting.get(id)?.();
  };
  await Promise.all(inboxes.map((inbox) => inbox.start()));
  const gateway = await exchange.startInGatewaysPlace(GATEWAY_PROGRAM, {});
  const own = await exchange.connect(sender.id);
  const took = await atSteadyPace({ count, perSecond: PER_SECOND }, async () => {
    const { subject, message, messageId } = request(sender, "NE");
    const accepted = new Promise<void>((resolve) => waiting.set(messageId, resolve));
    const startedAt = performance.now();
    await own.publish({ subject, data: message, transportId: `${messageId}.1` });
    await accepted;
    waiting.delete(messageId);
    return performance.now() - startedAt;
  });
  await endProgram(gateway);
  await Promise.all([own.close(), ...inboxes.map((inbox) => inbox.close())]);
  return took.slice(Math.floor(count * WARM_UP_SHARE));
}

function request(sender: Party, to: string) {
  const message = traceRequest(sender, [to]);
  const { messageId, lane, kind } = headerOf(message);
  return { subject: outSubject(sender.id, lane, kind), message: message.bytes, messageId };
}
