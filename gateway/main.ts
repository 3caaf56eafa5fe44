import { setFlagsFromString } from "node:v8";
import { connectBus } from "#bus";
import { TracepostError } from "#errors";
import { armCrashPoint, createLogger, GATEWAY_LIMITS, systemClock } from "#runtime";
import { openStore } from "#store";
import { readStart } from "./config.ts";
import { startGateway } from "./gateway.ts";
import type { GatewayProcedures } from "./store.ts";

/**
 * The process is started with a large young generation for its own heap. The store's thread would
 * take it over, fill it slowly over a hundred thousand messages, and gain nothing by it.
 */
const THREAD_YOUNG_GENERATION = "--max-semi-space-size=8";

/** Starts the gateway, says it is ready, and drains on SIGTERM, SIGINT or a lost parent. */
async function main(): Promise<void> {
  const { config, crashPlan, place } = await readStart(process.argv.slice(2), process.env);
  setFlagsFromString(THREAD_YOUNG_GENERATION);
  if (crashPlan !== undefined) armCrashPoint(crashPlan);
  const logger = createLogger({ name: "gateway", level: config.logLevel });
  const gateway = await startGateway({
    config,
    logger,
    clock: systemClock,
    place,
    // Whoever else works on the same schema is noticed.
    isShared: place.kind === "postgres",
    openStore: () =>
      openStore<GatewayProcedures>({ place, module: new URL("./store.ts", import.meta.url) }),
    connect: () =>
      connectBus({
        servers: config.natsUrl,
        credsFile: config.credsFile,
        tls: config.natsTls,
        name: "gateway",
        inboxPrefix: "_I.gateway",
        logger,
        publishInFlightMax: GATEWAY_LIMITS.publishInFlightMax,
      }),
  });
  const stop = (): void => {
    gateway.stop().then(
      () => {
        if (process.connected) process.disconnect();
      },
      (caught: unknown) => logger.error({ err: caught }, "the gateway did not stop cleanly"),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.once("disconnect", stop);
  process.send?.({ type: "ready", url: gateway.url });
}

main().catch((caught: unknown) => {
  const fault = TracepostError.from(caught);
  const lines = [`gateway: ${fault.message}`, ...fault.problems, fault.remedy];
  process.stderr.write(`${lines.filter((line) => line !== "").join("\n  ")}\n`);
  process.exit(fault.exitCode);
});
