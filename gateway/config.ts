import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Static } from "typebox";
import { Type } from "typebox";
import { TracepostError } from "#errors";
import {
  type CrashPlan,
  parseConfig,
  parseCrashPlan,
  pathFrom,
  placeOf,
  readPlacement,
  STORE_SETTINGS,
  type StorePlace,
} from "#runtime";
import { DOOR_SETTINGS, NATS_TLS_SETTINGS, transportFrom } from "#tls";
import { TIMESTAMP_SETTINGS, timestampsFrom } from "./timestamp-settings.ts";

const ConfigSchema = Type.Object(
  {
    /** Folder of the store. This path and the others may be relative to this file's folder. */
    dataDir: Type.String({ minLength: 1 }),
    natsUrl: Type.String({ pattern: "^(nats|tls)://" }),
    /** Mutual TLS to NATS; wanted for a tls:// address (TP-TLS-1). */
    natsTls: Type.Optional(NATS_TLS_SETTINGS),
    /** NATS credentials of the gateway. */
    credsFile: Type.String({ minLength: 1 }),
    /** Signed participant register. */
    registerFile: Type.String({ minLength: 1 }),
    /** Public root keys the register must be signed by. */
    rootPublicKeyFiles: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    /** Signed routing policy; default: the default policy of the program (TP-POLICY-7). */
    policyFile: Type.Optional(Type.String({ minLength: 1 })),
    /** Signed retention schedule; one that is not there yet: the default one (TP-RET-8). */
    scheduleFile: Type.Optional(Type.String({ minLength: 1 })),
    /** How many of the root keys must have signed policy and schedule. Default: all of them. */
    policyThreshold: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Authorities outside that time-stamp checkpoints (TP-STAMP-4). Default: none. */
    timestamps: Type.Optional(TIMESTAMP_SETTINGS),
    /** Where records are kept (TP-STORE-9). Default: gateway.sqlite in dataDir. */
    store: Type.Optional(STORE_SETTINGS),
    /** Folder with receipt.key and checkpoint.key. */
    keysDir: Type.String({ minLength: 1 }),
    /** File with the token of the user `installation` (TP-API-9). */
    apiTokenFile: Type.String({ minLength: 1 }),
    http: Type.Object(
      {
        host: Type.String({ minLength: 1 }),
        port: Type.Integer({ minimum: 0, maximum: 65535 }),
        /** Names it answers to besides those of loopback; default: see hostCheck. */
        names: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
        ...DOOR_SETTINGS,
        /** Requests of one user in ten seconds. Default: HTTP_LIMITS. */
        requestsPerUserMax: Type.Optional(Type.Integer({ minimum: 1 })),
        /** Requests of one address in the same time for what is open. Default: HTTP_LIMITS. */
        requestsPerAddressMax: Type.Optional(Type.Integer({ minimum: 1 })),
      },
      { additionalProperties: false },
    ),
    logLevel: Type.Union(
      (["trace", "debug", "info", "warn", "error", "silent"] as const).map((l) => Type.Literal(l)),
    ),
    /** First wait before a dispatch is repeated, in milliseconds. */
    resendFirstMs: Type.Optional(Type.Integer({ minimum: 100 })),
    /** How often what was recorded is counted and fed to monitors, in milliseconds. */
    feedPeriodMs: Type.Optional(Type.Integer({ minimum: 100 })),
  },
  { additionalProperties: false },
);

/** The gateway's configuration file, checked. */
export type GatewayConfig = Static<typeof ConfigSchema>;

/** What a gateway process is started with. */
export interface GatewayStart {
  readonly config: GatewayConfig;
  /** Where the store lies. */
  readonly place: StorePlace;
  /** Fault tests only. */
  readonly crashPlan: CrashPlan | undefined;
}

/** Of one more instance of the same configuration: the port of its own door (TP-INST-1). */
function portFrom(args: readonly string[]): number | undefined {
  const [name, text = ""] = args;
  if (name === undefined) return undefined;
  const port = Number(text);
  if (name === "--port" && args.length === 2 && /^\d{1,5}$/.test(text) && port <= 65_535)
    return port;
  throw usage();
}

function usage(): TracepostError {
  return new TracepostError(
    "USAGE",
    "usage: node gateway/main.ts --config FILE [--port 0..65535]",
    {
      remedy: "`tracepost exchange init` writes the file.",
    },
  );
}

/**
 * Reads `--config FILE [--port N]` and the environment; paths become absolute. Throws
 * TracepostError USAGE or CONFIG_INVALID, with every problem listed.
 */
export async function readStart(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<GatewayStart> {
  const [name, file, ...more] = args;
  if (name !== "--config" || file === undefined) throw usage();
  const port = portFrom(more);
  const text = await readFile(file, "utf8").catch((caught: unknown) => {
    throw new TracepostError("CONFIG_INVALID", `${file} cannot be read`, {
      cause: caught,
      remedy: "Check the path and that this user may read the file.",
    });
  });
  const plan = env.TRACEPOST_CRASH_AT;
  const crashPlan = plan === undefined ? undefined : parseCrashPlan(plan);
  if (plan !== undefined && crashPlan === undefined) {
    throw new TracepostError("USAGE", `TRACEPOST_CRASH_AT names no crash point: ${plan}`, {
      remedy: "Unset it; it is for fault tests alone.",
    });
  }
  const config = parseConfig(ConfigSchema, text, file, readPlacement(env));
  const from = (path: string): string => pathFrom(file, path);
  const paths = {
    dataDir: from(config.dataDir),
    ...transportFrom(file, config),
    credsFile: from(config.credsFile),
    registerFile: from(config.registerFile),
    rootPublicKeyFiles: config.rootPublicKeyFiles.map(from),
    ...(config.policyFile === undefined ? {} : { policyFile: from(config.policyFile) }),
    ...(config.scheduleFile === undefined ? {} : { scheduleFile: from(config.scheduleFile) }),
    ...(config.timestamps && { timestamps: timestampsFrom(file, config.timestamps) }),
    keysDir: from(config.keysDir),
    apiTokenFile: from(config.apiTokenFile),
  };
  const http = port === undefined ? paths.http : { ...paths.http, port };
  const place = placeOf(config.store, { file, sqliteFile: join(paths.dataDir, "gateway.sqlite") });
  return { config: { ...config, ...paths, http }, place, crashPlan };
}
