import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSqliteStore, readSqlite } from "#store";
import { describeStoreContract } from "./store-contract.ts";
import type { ContractProcedures } from "./store-fixture.ts";
import type { FixtureVersion } from "./store-harness.ts";

const FIXTURES: Readonly<Record<FixtureVersion, URL>> = {
  first: new URL("./store-fixture.ts", import.meta.url),
  later: new URL("./store-fixture-later.ts", import.meta.url),
  failing: new URL("./store-fixture-failing.ts", import.meta.url),
  other: new URL("./store-fixture-other.ts", import.meta.url),
};
const WRITER = fileURLToPath(new URL("./store-sqlite-writer.ts", import.meta.url));

describeStoreContract({
  name: "SQLite",
  newPlace: async () => {
    const folder = await mkdtemp(join(tmpdir(), "tracepost-store-"));
    const file = join(folder, "contract.sqlite");
    return {
      open: (version = "first") =>
        openSqliteStore<ContractProcedures>({ file, module: FIXTURES[version] }),
      openReadOnly: (version = "first") => readSqlite<ContractProcedures>(file, FIXTURES[version]),
      startWriter: (firstId) =>
        spawn(process.execPath, [WRITER, file, String(firstId)], {
          stdio: ["ignore", "pipe", "inherit"],
        }),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  },
});
