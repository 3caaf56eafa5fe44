import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PostgresPlace } from "#runtime";
import { inboxConsumer } from "#wire";
import { openBenchPlace, type StoreKind } from "./bench-place.ts";
import { endProgram, GATEWAY_PROGRAM, openBenchExchange } from "./exchange.ts";
import { Inbox } from "./inbox.ts";
import { median } from "./machine.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const RELAY = fileURLToPath(new URL("./relay.ts", import.meta.url));
const IDS = ["AT", "BR", "NE", "TR"];

/** Messages a second. */
interface Round {
  /** Stock JetStream client, recipients reading as they do beside the gateway: the floor. */
  readonly relay: number;
  /** The same with nobody reading. */
  readonly unread: number;
  /** Nobody reading, and the publisher and pull loop of lib/bus in place of the stock client. */
  readonly own: number;
  readonly gateway: number;
}

/** Gateway throughput beside a raw relay of the same bytes. */
export const throughputBench: Bench = {
  name: "throughput",
  about: "gateway throughput beside a raw relay",
  run: measureThroughput,
};

async function measureThroughput(options: BenchOptions): Promise<Section> {
  const { messages, rounds, progress, store } = options;
  const all: Round[] = [];
  let receiptBytes = 0;
  let envelopeBytes = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const gateway = await gatewayThroughput(messages, store);
    ({ receiptBytes, envelopeBytes } = gateway);
    const relay = await relayFloor("stock", messages, receiptBytes, true);
    const unread = await relayFloor("stock", messages, receiptBytes, false);
    const own = await relayFloor("own", messages, receiptBytes, false);
    all.push({
      relay: relay.perSecond,
      unread: unread.perSecond,
      own: own.perSecond,
      gateway: gateway.perSecond,
    });
    progress(`round ${round}: gateway ${gateway.perSecond.toFixed(0)}/s`);
  }
  const gatewayPerSecond = median(all.map((figures) => figures.gateway));
  const row = (floor: keyof Omit<Round, "gateway">, name: string): string[] => {
    const perSecond = median(all.map((figures) => figures[floor]));
    const ratio = median(all.map((figures) => figures.gateway / figures[floor]));
    return [name, perSecond.toFixed(0), gatewayPerSecond.toFixed(0), ratio.toFixed(2)];
  };
  return {
    title:
      `Gateway throughput, 1 KiB body sealed to one recipient (${envelopeBytes} B envelope, ` +
      `${receiptBytes} B receipt a message), ${messages} messages, median of ${rounds}, ` +
      `store on ${store === "sqlite" ? "SQLite" : "PostgreSQL"}`,
    columns: ["floor", "relay, messages/s", "gateway, messages/s", "ratio"],
    rows: [
      row("relay", "stock client, recipients reading (the floor)"),
      row("unread", "stock client, nobody reading"),
      row("own", "client of `lib/bus`, nobody reading"),
    ],
    data: { envelopeBytes, receiptBytes, messages, rounds: all },
  };
}

/** One run of the floor or of the gateway. */
interface ThroughputRun {
  readonly messages: number;
  readonly envelopeBytes: number;
  readonly elapsedMs: number;
  readonly perSecond: number;
}

/**
 * The raw relay: the same bytes, the same accounts, the same two publishes, nothing else. With
 * `readers` the recipients read and acknowledge beside it, as they do beside the gateway.
 */
async function relayFloor(
  client: "stock" | "own",
  messages: number,
  receiptBytes: number,
  readers: boolean,
): Promise<ThroughputRun> {
  const exchange = await openBenchExchange(IDS);
  try {
    const envelopeBytes = await exchange.fill(messages);
    const reading = readers ? await Promise.all(IDS.map(exchange.connect)) : [];
    for (const transport of reading) {
      await transport.consume("IN", inboxConsumer("normal"), (inbound) => inbound.ack());
    }
    const relay = await exchange.startInGatewaysPlace(RELAY, {
      BENCH_CLIENT: client,
      BENCH_PARTICIPANTS: IDS.join(","),
      BENCH_MESSAGES: String(messages),
      BENCH_RECEIPT_BYTES: String(receiptBytes),
    });
    const elapsedMs = await new Promise<number>((resolve) => {
      relay.on("message", (said: { type: string; elapsedMs?: number }) => {
        if (said.type === "relayed") resolve(said.elapsedMs ?? 0);
      });
    });
    await endProgram(relay);
    await Promise.all(reading.map((transport) => transport.close()));
    return { messages, envelopeBytes, elapsedMs, perSecond: (messages / elapsedMs) * 1_000 };
  } finally {
    await exchange.close();
  }
}

/** The gateway, with recipients that receipt what they get, as focal points do. */
async function gatewayThroughput(
  messages: number,
  store: StoreKind,
): Promise<ThroughputRun & { receiptBytes: number; delivered: number }> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-throughput-"));
  const { place, stop } = await openBenchPlace(store, dir);
  try {
    return await throughputAt(messages, place.kind === "postgres" ? place : undefined);
  } finally {
    await stop(false);
    await rm(dir, { recursive: true, force: true });
  }
}

async function throughputAt(
  messages: number,
  place: PostgresPlace | undefined,
): Promise<ThroughputRun & { receiptBytes: number; delivered: number }> {
  const exchange = await openBenchExchange(IDS, place);
  try {
    const envelopeBytes = await exchange.fill(messages);
    const inboxes = await Promise.all(
      exchange.parties.map(async (party) => new Inbox(party, await exchange.connect(party.id))),
    );
    const finished = new Promise<number>((resolve) => countReceipts(inboxes, messages, resolve));
    await Promise.all(inboxes.map((inbox) => inbox.start()));
    const gateway = await exchange.startInGatewaysPlace(GATEWAY_PROGRAM, {});
    const elapsedMs = await finished;
    const delivered = inboxes.reduce((sum, inbox) => sum + inbox.delivered, 0);
    await endProgram(gateway);
    await Promise.all(inboxes.map((inbox) => inbox.close()));
    return {
      messages,
      envelopeBytes,
      elapsedMs,
      perSecond: (messages / elapsedMs) * 1_000,
      receiptBytes: inboxes[0]?.receiptBytes ?? 0,
      delivered,
    };
  } finally {
    await exchange.close();
  }
}

/** Calls back with the time from the first `accepted` receipt to the last receipt and dispatch. */
function countReceipts(
  inboxes: readonly Inbox[],
  messages: number,
  done: (elapsedMs: number) => void,
): void {
  let accepted = 0;
  let dispatched = 0;
  let startedAt = 0;
  const settle = (): void => {
    if (accepted < messages || dispatched < messages) return;
    done(performance.now() - startedAt);
  };
  for (const inbox of inboxes) {
    inbox.onAccepted = (ids) => {
      if (accepted === 0) startedAt = performance.now();
      accepted += ids.length;
      settle();
    };
    inbox.onMessage = () => {
      dispatched += 1;
      settle();
    };
  }
}
