import { runProcess } from "#participant";
import { createLogger, systemClock } from "#runtime";
import { openSqliteStore } from "#store";
import type { WitnessProcedures } from "#witness";
import { readStart } from "./config.ts";
import { startWitness } from "./start-witness.ts";

/** Starts a witness; see runProcess. */
const exitCode = await runProcess("witness", async () => {
  const config = await readStart(process.argv.slice(2), process.env);
  const logger = createLogger({ name: `witness.${config.name}`, level: config.logLevel });
  const module = new URL("./store.ts", import.meta.url);
  const service = await startWitness({
    config,
    logger,
    clock: systemClock,
    openStore: (file) => openSqliteStore<WitnessProcedures>({ file, module }),
  });
  return { service, logger };
});
if (exitCode !== 0) process.exit(exitCode);
