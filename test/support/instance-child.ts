/**
 * A process with one instance of a gateway, on the store and the carrier of the settings it is
 * given as JSON; ended by a test, or at a crash point. Says when it is ready.
 */
import { connectBus } from "#bus";
import { armCrashPoint, createLogger, GATEWAY_LIMITS, parseCrashPlan, systemClock } from "#runtime";
import { openStore } from "#store";
import { startGateway } from "../../gateway/gateway.ts";
import type { GatewayProcedures } from "../../gateway/store.ts";
import type { InstanceSettings } from "./gateway-instances.ts";

const { config, crashAt, place } = JSON.parse(process.argv[2] ?? "") as InstanceSettings;
const plan = parseCrashPlan(crashAt);
if (plan !== undefined) armCrashPoint(plan);
const logger = createLogger({ name: "gateway", level: "error" });
const module = new URL("../../gateway/store.ts", import.meta.url);
const gateway = await startGateway({
  ...{ config, logger, clock: systemClock, place, isShared: true },
  openStore: () => openStore<GatewayProcedures>({ place, module }),
  connect: () =>
    connectBus({
      ...{ servers: config.natsUrl, credsFile: config.credsFile, logger },
      name: "gateway",
      inboxPrefix: "_I.gateway",
      publishInFlightMax: GATEWAY_LIMITS.publishInFlightMax,
    }),
});
process.once("SIGTERM", () => {
  void gateway.stop().then(() => process.disconnect());
});
process.send?.({ url: gateway.url });
