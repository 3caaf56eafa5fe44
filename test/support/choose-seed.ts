import { randomInt } from "node:crypto";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Seed of this run, for fast-check and for fault tests. */
    seed: number;
  }
}

/** Name of the variable that repeats a run. */
const VARIABLE = "TRACEPOST_SEED";

let announced = false;

/**
 * Picks the seed of the run, once, and prints it: `TRACEPOST_SEED=n npm test` repeats what it led
 * to. Every test process is given the same one.
 */
export function setup(project: TestProject): void {
  const seed = Number(process.env[VARIABLE] ?? randomInt(1, 2 ** 31 - 1));
  // Projects are set up one by one; the next one finds the choice of the first.
  process.env[VARIABLE] = String(seed);
  project.provide("seed", seed);
  if (!announced)
    process.stdout.write(`Seed of this run: ${seed} (${VARIABLE}=${seed} repeats it)\n`);
  announced = true;
}
