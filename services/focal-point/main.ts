import { connectBus } from "#bus";
import { TracepostError } from "#errors";
import { armCrashPoint, createLogger, systemClock, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import { readStart } from "./config.ts";
import { startFocalPoint } from "./focal-point.ts";
import type { FocalPointProcedures } from "./store.ts";

/** Starts a focal point, says it is ready, and drains on SIGTERM, SIGINT or a lost parent. */
async function main(): Promise<void> {
  const { config, crashPlan } = await readStart(process.argv.slice(2), process.env);
  if (crashPlan !== undefined) armCrashPoint(crashPlan);
  const name = `focal-point.${config.participant}`;
  const logger = createLogger({ name, level: config.logLevel });
  const focalPoint = await startFocalPoint({
    config,
    logger,
    clock: systemClock,
    timers: systemTimers,
    openStore: (file) =>
      openSqliteStore<FocalPointProcedures>({
        file,
        module: new URL("./store.ts", import.meta.url),
      }),
    connect: () =>
      connectBus({
        servers: config.natsUrl,
        credsFile: config.credsFile,
        name,
        inboxPrefix: `_I.${config.participant}`,
        logger,
      }),
  });
  const stop = (): void => {
    focalPoint.stop().then(
      () => process.connected && process.disconnect?.(),
      (caught: unknown) => logger.error({ err: caught }, "the focal point did not stop cleanly"),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.once("disconnect", stop);
  process.send?.({ type: "ready", url: focalPoint.url });
}

main().catch((caught: unknown) => {
  const fault = TracepostError.from(caught);
  const lines = [`focal point: ${fault.message}`, ...fault.problems, fault.remedy];
  process.stderr.write(`${lines.filter((line) => line !== "").join("\n  ")}\n`);
  process.exit(fault.exitCode);
});
