import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSqliteStore, readSqlite } from "#store";
import { describeStoreContract } from "./store-contract.ts";
import type { ContractProcedures } from "./store-fixture.ts";
import { FIXTURES } from "./store-harness.ts";

const WRITER = fileURLToPath(new URL("./store-writer.ts", import.meta.url));

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
        spawn(
          process.execPath,
          [WRITER, JSON.stringify({ kind: "sqlite", file }), String(firstId)],
          {
            stdio: ["ignore", "pipe", "inherit"],
          },
        ),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  },
});
