// `npm run bench`: every figure beside its floor, measured in the same run. Prints a table and
// writes bench-results/latest.json. Options: --messages N (default 20000), --rounds N (default 3).
import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gatewayThroughput, relayFloor } from "./throughput.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "20000" },
    rounds: { type: "string", default: "3" },
  },
});
const messages = Number(values.messages);
const rounds = Number(values.rounds);

/** fsync of a 4 KiB write, milliseconds: what every durable step pays on this disk. */
async function measureFsync(): Promise<{ p50Ms: number; p99Ms: number }> {
  const file = join(tmpdir(), `tracepost-fsync-${process.pid}`);
  const handle = await open(file, "w");
  const took: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    await handle.write(Buffer.alloc(4_096, n), 0, 4_096, n * 4_096);
    const startedAt = performance.now();
    await handle.sync();
    took.push(performance.now() - startedAt);
  }
  await handle.close();
  await rm(file);
  took.sort((a, b) => a - b);
  return { p50Ms: took[100] ?? 0, p99Ms: took[198] ?? 0 };
}

function median(all: readonly number[]): number {
  const sorted = [...all].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const fsync = await measureFsync();
const cores = cpus();
process.stdout.write(
  `Node ${process.version}, ${cores.length} × ${cores[0]?.model ?? "unknown"}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, fsync p50 ${fsync.p50Ms.toFixed(2)} ms, ` +
    `p99 ${fsync.p99Ms.toFixed(2)} ms\n${messages} messages a run, ${rounds} rounds\n\n`,
);
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
const all: Round[] = [];
let receiptBytes = 0;
let envelopeBytes = 0;
for (let round = 1; round <= rounds; round += 1) {
  const gateway = await gatewayThroughput(messages);
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
  process.stdout.write(
    `round ${round}: gateway ${gateway.perSecond.toFixed(0)}/s, relay ${relay.perSecond.toFixed(0)}/s` +
      ` (unread ${unread.perSecond.toFixed(0)}/s, own client ${own.perSecond.toFixed(0)}/s)\n`,
  );
}

function compare(floor: keyof Omit<Round, "gateway">) {
  return {
    floorPerSecond: median(all.map((figures) => figures[floor])),
    ratio: median(all.map((figures) => figures.gateway / figures[floor])),
  };
}

const throughput = {
  figure: "gateway throughput, 1 KiB body sealed to one recipient",
  envelopeBytes,
  receiptBytes,
  gatewayPerSecond: median(all.map((figures) => figures.gateway)),
  relay: compare("relay"),
  unread: compare("unread"),
  own: compare("own"),
  rounds: all,
};
const rows: [string, { floorPerSecond: number; ratio: number }][] = [
  ["raw relay, stock client, recipients reading (the floor)", throughput.relay],
  ["the same, nobody reading", throughput.unread],
  ["nobody reading, client of lib/bus", throughput.own],
];
process.stdout.write(
  `\n${throughput.figure} (${envelopeBytes} B envelope, ${receiptBytes} B receipt a message): ` +
    `${throughput.gatewayPerSecond.toFixed(0)}/s, median of ${rounds}\n` +
    "| floor | messages/s | ratio |\n|---|--:|--:|\n",
);
for (const [name, { floorPerSecond, ratio }] of rows) {
  process.stdout.write(`| ${name} | ${floorPerSecond.toFixed(0)} | ${ratio.toFixed(2)} |\n`);
}
await mkdir("bench-results", { recursive: true });
const report = {
  at: new Date().toISOString(),
  node: process.version,
  cores: cores.length,
  cpu: cores[0]?.model,
  fsync,
  messages,
  throughput,
};
await writeFile("bench-results/latest.json", `${JSON.stringify(report, null, 2)}\n`);
