import { connectBus } from "#bus";
import { runProcess } from "#participant";
import { armCrashPoint, createLogger, systemClock, systemTimers } from "#runtime";
import { openStore } from "#store";
import { readStart } from "./config.ts";
import { startRegionalMonitor } from "./regional-monitor.ts";
import type { MonitorProcedures } from "./store.ts";

/** Starts a regional monitor; see runProcess. */
const exitCode = await runProcess("regional monitor", async () => {
  const { config, crashPlan, place } = await readStart(process.argv.slice(2), process.env);
  if (crashPlan !== undefined) armCrashPoint(crashPlan);
  const name = `regional-monitor.${config.participant}`;
  const logger = createLogger({ name, level: config.logLevel });
  const module = new URL("./store.ts", import.meta.url);
  const service = await startRegionalMonitor({
    config,
    logger,
    clock: systemClock,
    timers: systemTimers,
    openStore: () => openStore<MonitorProcedures>({ place, module }),
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
