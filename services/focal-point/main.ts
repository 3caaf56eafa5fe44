import { connectBus } from "#bus";
import { runProcess } from "#participant";
import { armCrashPoint, createLogger, systemClock, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import { readStart } from "./config.ts";
import { startFocalPoint } from "./focal-point.ts";
import type { FocalPointProcedures } from "./store.ts";

/** Starts a focal point; see runProcess. */
const exitCode = await runProcess("focal point", async () => {
  const { config, crashPlan } = await readStart(process.argv.slice(2), process.env);
  if (crashPlan !== undefined) armCrashPoint(crashPlan);
  const name = `focal-point.${config.participant}`;
  const logger = createLogger({ name, level: config.logLevel });
  const module = new URL("./store.ts", import.meta.url);
  const service = await startFocalPoint({
    config,
    logger,
    clock: systemClock,
    timers: systemTimers,
    openStore: (file) => openSqliteStore<FocalPointProcedures>({ file, module }),
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
