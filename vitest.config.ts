import { defineConfig } from "vitest/config";
import { AttackReport } from "./test/support/attack-report.ts";
import { ContainerReport } from "./test/support/container-report.ts";

/**
 * Seven groups, one after the other, made for two cores. Each test file has a process of its own,
 * but for the first group: a fifth of its time would go into reading the same modules again.
 * `npm test -- --project quick` runs one group; a path runs one file.
 */
const groups = [
  {
    // No server: units, properties, golden vectors, contracts of the embedded store, the house.
    name: "quick",
    folders: ["unit", "property", "fuzz", "vectors", "contract", "architecture"],
    maxWorkers: 2,
    isolate: false,
    testTimeout: 30_000,
  },
  {
    // A real nats-server and real processes.
    name: "integration",
    folders: ["integration"],
    maxWorkers: 2,
    testTimeout: 120_000,
  },
  {
    // The same gateway tests, with the store in a PostgreSQL of ours.
    name: "postgres",
    folders: [],
    files: ["daily-counts", "holds", "monitor-feed", "monitor-feed-door", "two-gateways"].map(
      (file) => `test/integration/gateway/${file}.test.ts`,
    ),
    maxWorkers: 2,
    testTimeout: 120_000,
    globalSetup: ["test/support/provide-postgres.ts"],
    setupFiles: ["test/support/use-postgres.ts"],
  },
  {
    // Somebody hostile with credentials of its own, against a real nats-server and gateway.
    name: "attacks",
    folders: ["attacks"],
    maxWorkers: 2,
    testTimeout: 60_000,
  },
  {
    // A whole exchange, killed and started again: one at a time, so that nothing else delays it.
    name: "system",
    folders: ["faults", "scenarios"],
    maxWorkers: 1,
    testTimeout: 300_000,
  },
  {
    // Our image and a nats-server in containers, where a Docker engine answers.
    name: "containers",
    folders: ["containers"],
    maxWorkers: 1,
    testTimeout: 120_000,
    globalSetup: ["test/support/prepare-containers.ts"],
  },
];

export default defineConfig({
  test: {
    globalSetup: ["test/support/choose-seed.ts"],
    reporters: ["default", new AttackReport(), new ContainerReport()],
    passWithNoTests: false,
    allowOnly: false,
    // A test that needs a second try is wrong, or the product is.
    retry: 0,
    projects: groups.map(
      (
        {
          name,
          folders,
          maxWorkers,
          testTimeout,
          globalSetup = [],
          setupFiles = [],
          files = [],
          isolate = true,
        },
        index,
      ) => ({
        extends: true,
        test: {
          name,
          include: [...folders.map((folder) => `test/${folder}/**/*.test.ts`), ...files],
          globalSetup,
          setupFiles: ["test/support/use-seed.ts", ...setupFiles],
          pool: "forks",
          isolate,
          maxWorkers,
          testTimeout,
          hookTimeout: testTimeout,
          teardownTimeout: 30_000,
          sequence: { groupOrder: index },
        },
      }),
    ),
  },
});
