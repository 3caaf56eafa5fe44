import { connectBus } from "#bus";
import { runProcess } from "#participant";
import { armCrashPoint, createLogger, systemClock, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import { startBorderAgency } from "./border-agency.ts";
import { readStart } from "./config.ts";
import type { BorderAgencyProcedures } from "./store.ts";

/** Starts a border agency; see runProcess. */
const exitCode = await runProcess("border agency", async () => {
  const { config, crashPlan } = await readStart(process.argv.slice(2), process.env);
  if (crashPlan !== undefined) armCrashPoint(crashPlan);
  const name = `border-agency.${config.participant}`;
  const logger = createLogger({ name, level: config.logLevel });
  const module = new URL("./store.ts", import.meta.url);
  const service = await startBorderAgency({
    config,
    logger,
    clock: systemClock,
    timers: systemTimers,
    openStore: (file) => openSqliteStore<BorderAgencyProcedures>({ file, module }),
    connect: () =>
      connectBus({
        servers: config.natsUrl,
        credsFile: config.credsFile,
        tls: config.natsTls,
        name,
        inboxPrefix: `_I.${config.participant}`,
        logger,
      }),
  });
  return { service, logger };
});
if (exitCode !== 0) process.exit(exitCode);
