// `npm run bench`: every figure beside its floor of the same run. Prints tables and writes
// bench-results/latest.json; `--write` puts the tables into docs/benchmarks.md.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { ageingBench } from "./ageing.ts";
import { alertBench } from "./alert.ts";
import { apiBench } from "./api.ts";
import { backupBench } from "./backup.ts";
import { STORE_KINDS } from "./bench-place.ts";
import { checksBench } from "./checks.ts";
import { disposalBench } from "./disposal.ts";
import { fairnessBench } from "./fairness.ts";
import { instancesBench } from "./instances.ts";
import { latencyBench } from "./latency.ts";
import { describeMachine, machineLine } from "./machine.ts";
import { matchingBench } from "./matching.ts";
import { memoryBench } from "./memory.ts";
import { monitorBench } from "./monitor.ts";
import { policyBench } from "./policy.ts";
import { reconcileBench } from "./reconcile.ts";
import { recordsBench } from "./records.ts";
import { registerBench } from "./register.ts";
import { rotationBench } from "./rotation.ts";
import { sealingBench } from "./sealing.ts";
import { type Bench, fillPage, renderTable, type Section } from "./section.ts";
import { throughputBench } from "./throughput.ts";
import { trustListBench } from "./trust-list.ts";

const BENCHES: readonly Bench[] = [
  throughputBench,
  latencyBench,
  fairnessBench,
  sealingBench,
  alertBench,
  apiBench,
  memoryBench,
  matchingBench,
  registerBench,
  recordsBench,
  disposalBench,
  backupBench,
  ageingBench,
  checksBench,
  policyBench,
  trustListBench,
  reconcileBench,
  rotationBench,
  instancesBench,
  monitorBench,
];
const PAGE = "docs/benchmarks.md";
const RESULTS = "bench-results/latest.json";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keep: { type: "string" },
    messages: { type: "string", default: "20000" },
    rate: { type: "string", default: "500" },
    rounds: { type: "string", default: "3" },
    rows: { type: "string", default: "200000" },
    seconds: { type: "string", default: "30" },
    store: { type: "string", default: "sqlite" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
const store = STORE_KINDS.find((kind) => kind === values.store);
if (values.help || unknown.length > 0 || store === undefined) {
  if (unknown.length > 0) process.stderr.write(`no bench is named ${unknown.join(", ")}\n\n`);
  process.stdout.write(
    "npm run bench -- [NAME…] [--messages N] [--rate N] [--rounds N] [--rows N] [--seconds N] [--keep DIR] [--store KIND] [--write]\n\n" +
      `${BENCHES.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join("\n")}\n\n` +
      `Without a name, all of them. --write puts the tables into ${PAGE}. KIND is one of\n` +
      `${STORE_KINDS.join(", ")}, for throughput, records and monitor.\n`,
  );
  process.exit(values.help ? 0 : 2);
}

const machine = await describeMachine();
process.stdout.write(`${machineLine(machine)}\n`);
const sections = new Map<string, Section>();
for (const bench of BENCHES) {
  if (positionals.length > 0 && !positionals.includes(bench.name)) continue;
  process.stdout.write(`\n${bench.name}: ${bench.about}\n`);
  const section = await bench.run({
    messages: Number(values.messages),
    rate: Number(values.rate),
    rounds: Number(values.rounds),
    rows: Number(values.rows),
    keep: values.keep,
    store,
    seconds: Number(values.seconds),
    progress: (text) => process.stdout.write(`  ${text}\n`),
  });
  sections.set(store === "sqlite" ? bench.name : `${bench.name}-${store}`, section);
  process.stdout.write(`\n${section.title}\n${renderTable(section)}\n`);
}

await mkdir("bench-results", { recursive: true });
const figures = Object.fromEntries([...sections].map(([name, { data }]) => [name, data]));
const report = { at: new Date().toISOString(), machine, ...figures };
await writeFile(RESULTS, `${JSON.stringify(report, null, 2)}\n`);
if (values.write) {
  const day = report.at.slice(0, 10);
  const contents = new Map([["machine", `Measured on ${day}: ${machineLine(machine)}.`]]);
  for (const [name, section] of sections) {
    contents.set(name, `${section.title}:\n\n${renderTable(section)}`);
  }
  const { page, missing } = fillPage(await readFile(PAGE, "utf8"), contents);
  await writeFile(PAGE, page);
  if (missing.length > 0) process.stderr.write(`${PAGE} has no place for ${missing.join(", ")}\n`);
}
