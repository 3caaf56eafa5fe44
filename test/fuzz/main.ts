// Longer fuzzing: `npm run fuzz -- --minutes 30 [--parser parseEnvelope] [--seed N]`.

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { anyInput } from "./any-input.ts";
import { foundName, keep, keptFor } from "./corpus.ts";
import { TARGETS } from "./targets.ts";
import { type Target, tryOn } from "./verdict.ts";

/** Inputs of one parser before the next has its turn. */
const ROUND_RUNS = 2_000;
/** An input that costs more time of a core is a finding: it could be sent again and again. */
const SLOW_MS = 1_000;
const MICROS_PER_MS = 1_000;
const MS_PER_MINUTE = 60_000;

interface Finding {
  readonly target: Target;
  readonly file: string;
  readonly why: string;
}

const nameOf = ({ corpus, parses }: Target): string => `${parses[0]} of ${corpus}`;

/** One turn of one parser; what it fails on is shrunk and kept. */
async function round(target: Target, seed: number): Promise<Finding | undefined> {
  const property = fc.asyncProperty(anyInput(target.corpus), async (input) => {
    const before = process.cpuUsage();
    await tryOn(target, input);
    const { system, user } = process.cpuUsage(before);
    const tookMs = Math.round((user + system) / MICROS_PER_MS);
    if (tookMs > SLOW_MS) throw new TypeError(`it took ${tookMs} ms`);
  });
  const numRuns = Math.ceil(ROUND_RUNS * (target.share ?? 1));
  const details = await fc.check(property, { seed, numRuns });
  const [input] = details.counterexample ?? [];
  if (!details.failed || input === undefined) return undefined;
  const file = keep(target.corpus, foundName(input), input);
  const { errorInstance } = details;
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return { target, file, why };
}

async function fuzz(targets: readonly Target[], firstSeed: number, minutes: number) {
  const findings = new Map<Target, Finding>();
  const until = performance.now() + minutes * MS_PER_MINUTE;
  let [inputs, seed] = [0, firstSeed];
  for (const target of targets) {
    // What is loaded with the first input is not that input's cost.
    for (const { bytes } of keptFor(target.corpus)) await tryOn(target, bytes);
  }
  do {
    for (const target of targets.filter((one) => !findings.has(one))) {
      const finding = await round(target, seed);
      inputs += Math.ceil(ROUND_RUNS * (target.share ?? 1));
      if (finding === undefined) continue;
      findings.set(target, finding);
      process.stdout.write(`${nameOf(target)}, seed ${seed}: ${finding.why}\n  ${finding.file}\n`);
    }
    seed += 1;
  } while (performance.now() < until);
  process.stdout.write(
    `${inputs} inputs for ${targets.length} parsers, seeds ${firstSeed} to ${seed - 1}: ` +
      `${findings.size} findings\n`,
  );
  process.exitCode = findings.size === 0 ? 0 : 1;
}

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    parser: { type: "string" },
    seed: { type: "string" },
  },
});
const { parser } = values;
const targets = TARGETS.filter(({ parses }) => parser === undefined || parses.includes(parser));
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? randomInt(1, 2 ** 31 - 1));
if (targets.length === 0 || !(minutes >= 0) || !Number.isInteger(seed)) {
  const known = [...new Set(TARGETS.flatMap(({ parses }) => parses))].join(", ");
  process.stderr.write(
    "usage: npm run fuzz -- --minutes N [--parser NAME] [--seed N]\n" +
      `N is a number; parsers are ${known}.\n`,
  );
  process.exitCode = 2;
} else {
  await fuzz(targets, seed, minutes);
}
