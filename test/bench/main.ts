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
interface Round {
  readonly stock: number;
  readonly own: number;
  readonly gateway: number;
}
const all: Round[] = [];
let receiptBytes = 0;
let envelopeBytes = 0;
for (let round = 1; round <= rounds; round += 1) {
  const gateway = await gatewayThroughput(messages);
  receiptBytes = gateway.receiptBytes;
  const stock = await relayFloor("stock", messages, receiptBytes);
  const own = await relayFloor("own", messages, receiptBytes);
  envelopeBytes = stock.envelopeBytes;
  const figures = { stock: stock.perSecond, own: own.perSecond, gateway: gateway.perSecond };
  all.push(figures);
  process.stdout.write(
    `round ${round}: relay ${figures.stock.toFixed(0)}/s (own client ${figures.own.toFixed(0)}/s), ` +
      `gateway ${figures.gateway.toFixed(0)}/s, ` +
      `ratio ${(figures.gateway / figures.stock).toFixed(2)}\n`,
  );
}
const throughput = {
  figure: "gateway throughput, 1 KiB body sealed to one recipient",
  envelopeBytes,
  receiptBytes,
  /** Raw relay with the JetStream client as it comes: the floor. */
  floorPerSecond: median(all.map((figures) => figures.stock)),
  /** The same relay through lib/bus, whose publisher is leaner than the client's own. */
  ownFloorPerSecond: median(all.map((figures) => figures.own)),
  gatewayPerSecond: median(all.map((figures) => figures.gateway)),
  ratio: median(all.map((figures) => figures.gateway / figures.stock)),
  ownRatio: median(all.map((figures) => figures.gateway / figures.own)),
  rounds: all,
};
process.stdout.write(
  `\n${throughput.figure} (${envelopeBytes} B envelope, ${receiptBytes} B receipt), medians\n` +
    `| floor | relay | gateway | ratio |\n|---|--:|--:|--:|\n` +
    `| raw relay, JetStream client as it comes | ${throughput.floorPerSecond.toFixed(0)}/s ` +
    `| ${throughput.gatewayPerSecond.toFixed(0)}/s | ${throughput.ratio.toFixed(2)} |\n` +
    `| raw relay through lib/bus | ${throughput.ownFloorPerSecond.toFixed(0)}/s ` +
    `| ${throughput.gatewayPerSecond.toFixed(0)}/s | ${throughput.ownRatio.toFixed(2)} |\n`,
);
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
