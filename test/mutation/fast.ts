import { Stryker } from "@stryker-mutator/core";
const mutate = process.argv.slice(2);
const folder = ".cache/mutation/fast";
const stryker = new Stryker({
  testRunner: "vitest",
  plugins: [import.meta.resolve("@stryker-mutator/vitest-runner")],
  vitest: { configFile: "test/mutation/fast.config.ts", pool: "forks" },
  mutate, ignorePatterns: ["/.cache", "/data", "/bench-results"],
  coverageAnalysis: "perTest", ignoreStatic: true, concurrency: 1, timeoutMS: 20_000,
  tempDirName: `${folder}/sandbox`, incremental: true, incrementalFile: `${folder}/incremental.json`,
  reporters: ["progress-append-only"], allowConsoleColors: false,
} as any);
await stryker.runMutationTest();
