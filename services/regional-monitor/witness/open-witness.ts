import type { Registry } from "prom-client";
import type { HttpRoutes } from "#http";
import type { Clock, Database, Logger } from "#runtime";
import type { RegisterClient, RegisterView } from "#trust";
import { sha256 } from "#wire";
import { openWitnessKey, Witness, type WitnessGlance } from "#witness";
import { addWitnessRoutes } from "#witness-api";
import type { MonitorConfig } from "../config.ts";
import type { MonitorProcedures } from "../store.ts";
import { addWitnessGauges } from "./witness-gauges.ts";

/** What a witness in a monitor is built from. */
interface WitnessParts {
  /** Absent: the monitor is none. */
  readonly settings: MonitorConfig["witness"];
  readonly participant: string;
  readonly store: Database<MonitorProcedures>;
  readonly register: () => RegisterView;
  readonly roots: Pick<RegisterClient, "rootKeys">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How a monitor stands as a witness. */
export interface WitnessStanding extends WitnessGlance {
  readonly name: string;
  /** Raw public key, base64, as the register has it. */
  readonly publicKey: string;
  /** Whether the register in force names it with this key, so that its lines count. */
  readonly isRegistered: boolean;
}

/** A monitor's part as a witness of the message log. */
export interface MonitorWitness {
  /** Undefined where it is none. */
  standing(): Promise<WitnessStanding | undefined>;
  gauges(registry: Registry): void;
  openRoutes(routes: HttpRoutes): void;
}

/** Below it lies what C2SP tlog-witness has at the top: a monitor has routes of its own. */
const BELOW = "/witness";

const NO_WITNESS: MonitorWitness = {
  standing: async () => undefined,
  gauges: () => undefined,
  openRoutes: () => undefined,
};

/**
 * Makes the monitor a witness where its configuration says so (TP-MON-19): what it has cosigned
 * lies in the monitor's store, whom it believes is what the monitor itself believes. Throws
 * TracepostError KEY_FILE.
 */
export async function openMonitorWitness(parts: WitnessParts): Promise<MonitorWitness> {
  const { clock, logger, participant, register, roots, settings, store } = parts;
  if (settings === undefined) return NO_WITNESS;
  const { keyFile, name } = settings;
  const key = await openWitnessKey(keyFile);
  const publicKey = Buffer.from(key.publicRaw).toString("base64");
  const witness = new Witness({
    ...{ name, key, store, clock, logger },
    trust: async () => ({ register: register(), rootKeys: roots.rootKeys }),
    onFork: async ({ kept, origin, other, size }) => {
      const digest = sha256(Buffer.from(`WITNESS ${origin} ${kept} ${other}`));
      const detail = `witness: ${origin} has signed two roots for ${size} entries`;
      const incident = { kind: "LOG_FORKED", digest, detail } as const;
      await store.call("postRecordIncident", { incident, nowMs: clock.now() });
    },
  });
  logger.info({ name, publicKey }, "the monitor is a witness of the log");
  const isRegistered = (): boolean =>
    register().witnesses.witnesses.some((one) => {
      const isOurs = one.participant === participant && one.name === name;
      return isOurs && one.publicKey.equals(key.publicKey);
    });
  const standing = async (): Promise<WitnessStanding> => {
    const glance = await store.call("witnessGlance", undefined);
    return { ...glance, name, publicKey, isRegistered: isRegistered() };
  };
  return {
    standing,
    gauges: (registry) => addWitnessGauges(registry, standing),
    openRoutes: (routes) => addWitnessRoutes(routes, { store, witness, below: BELOW }),
  };
}
