// Mutation testing of the wire and trust code (docs/quality.md): `npm run mutation [-- AREA…]`.

import process from "node:process";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";

/** Killed mutants in a hundred below which the run fails, for each area. */
const SCORE_MIN = 85;

/** What is changed, area by area; the tests that must notice stand in `<area>.config.ts`. */
const AREAS: Readonly<Record<string, readonly string[]>> = {
  wire: ["lib/wire/**/*.ts"],
  // The body of a sealing thread runs where no mutant can be switched on.
  trust: ["lib/trust/**/*.ts", "!lib/trust/seal-worker.ts"],
};

async function mutate(area: string, files: readonly string[]): Promise<void> {
  const folder = `.cache/mutation/${area}`;
  const stryker = new Stryker({
    testRunner: "vitest",
    plugins: [import.meta.resolve("@stryker-mutator/vitest-runner")],
    vitest: { configFile: `test/mutation/${area}.config.ts`, pool: "forks" },
    mutate: [...files],
    ignorePatterns: ["/.cache", "/data", "/bench-results"],
    coverageAnalysis: "perTest",
    // Of what is only run when a module is loaded, each mutant would need every test.
    ignoreStatic: true,
    concurrency: 1,
    // A mutant that hangs is found after this; a machine that does other work counts some falsely.
    timeoutMS: 8_000,
    tempDirName: `${folder}/sandbox`,
    incremental: true,
    incrementalFile: `${folder}/incremental.json`,
    reporters: ["clear-text", "progress-append-only", "json"],
    jsonReporter: { fileName: `${folder}/report.json` },
    clearTextReporter: { allowColor: false, logTests: false },
    thresholds: { high: 90, low: SCORE_MIN, break: SCORE_MIN },
    allowConsoleColors: false,
  });
  await stryker.runMutationTest();
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mutate: { type: "string", multiple: true } },
});
const areas = positionals.length === 0 ? Object.keys(AREAS) : positionals;
for (const area of areas) {
  const files = AREAS[area];
  if (files === undefined) {
    process.stderr.write(`There is no area ${area}; there are ${Object.keys(AREAS).join(", ")}.\n`);
    process.exitCode = 2;
    break;
  }
  await mutate(area, values.mutate ?? files);
}
