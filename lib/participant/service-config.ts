import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Static, type TProperties, type TSchema, Type } from "typebox";
import { TracepostError } from "#errors";
import { type CrashPlan, parseConfig, parseCrashPlan, pathFrom, readPlacement } from "#runtime";
import { DOOR_SETTINGS, NATS_TLS_SETTINGS, transportFrom } from "#tls";

const path = Type.String({ minLength: 1 });

/** Settings of every service of a participant. */
export const SERVICE_SETTINGS = {
  /** Own participant id, such as "NE" or "NE-CUSTOMS". */
  participant: Type.String({ minLength: 2 }),
  /** Folder of the store. This path and the others may be relative to this file's folder. */
  dataDir: path,
  natsUrl: Type.String({ pattern: "^(nats|tls)://" }),
  /** Mutual TLS to NATS; wanted for a tls:// address (TP-TLS-1). */
  natsTls: Type.Optional(NATS_TLS_SETTINGS),
  /** NATS credentials of this participant. */
  credsFile: path,
  /** Signed participant register. */
  registerFile: path,
  /** Door of the exchange, from where a newer register is fetched. Default: it is waited for. */
  exchangeUrl: Type.Optional(Type.String({ pattern: "^https?://" })),
  /** Public root keys the register must be signed by. */
  rootPublicKeyFiles: Type.Array(path, { minItems: 1 }),
  /** Folder with header.key and seal.age. */
  keysDir: path,
  /** File with the passphrase of encrypted keys, mode 0600. Default: the keys are not encrypted. */
  keyPassphraseFile: Type.Optional(path),
  /** Recipient of the State recovery key, that own copies are sealed to too (TP-RECOVER-2). */
  recoveryRecipientFile: Type.Optional(path),
  /** Program that holds private keys of which keysDir has the public half (TP-SIGN-2). */
  signer: Type.Optional(
    Type.Object(
      {
        /** The program and its arguments, without a shell, in the folder of this file. */
        command: Type.Array(path, { minItems: 1 }),
        /** Longest wait for a signature, in milliseconds. Default: TRUST_LIMITS. */
        timeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 120_000 })),
      },
      { additionalProperties: false },
    ),
  ),
  /** File with the token of the user `installation` (TP-API-9). */
  apiTokenFile: path,
  http: Type.Object(
    {
      host: path,
      port: Type.Integer({ minimum: 0, maximum: 65_535 }),
      /** Names it answers to besides those of loopback; default: see hostCheck. */
      names: Type.Optional(Type.Array(path)),
      ...DOOR_SETTINGS,
      /** Requests of one user in ten seconds. Default: HTTP_LIMITS. */
      requestsPerUserMax: Type.Optional(Type.Integer({ minimum: 1 })),
    },
    { additionalProperties: false },
  ),
  logLevel: Type.Enum(["trace", "debug", "info", "warn", "error", "silent"]),
  /** Origins that webhooks may lead to, such as "https://cases.police.example". Default: none. */
  webhookOrigins: Type.Optional(Type.Array(Type.String({ pattern: "^https?://" }))),
  /** First wait before a message is sent again, in milliseconds. Default: POST_LIMITS. */
  resendFirstMs: Type.Optional(Type.Integer({ minimum: 100 })),
  /** How long a hole in a sequence may stand, in milliseconds. Default: POST_LIMITS. */
  gapNoticeAfterMs: Type.Optional(Type.Integer({ minimum: 100 })),
  /** Hours without word from the exchange after which checks are stale. Default: CHECK_LIMITS. */
  alertsStaleAfterHours: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
} as const satisfies TProperties;

const Base = Type.Object(SERVICE_SETTINGS);

/** What the configuration of every service of a participant says, checked. */
export type ServiceConfig = Static<typeof Base> & {
  /** Folder of the configuration file, in which the signer runs. */
  readonly configDir?: string;
};

/** What a service process is started with. */
export interface ServiceStart<C> {
  readonly config: C;
  /** Fault tests only. */
  readonly crashPlan: CrashPlan | undefined;
}

/**
 * Reads `--config FILE` and the environment; paths become absolute. Throws TracepostError USAGE or
 * CONFIG_INVALID, with every problem listed. `program` is the path of its main.ts, for the usage.
 */
export async function readServiceStart<C extends ServiceConfig>(
  schema: TSchema,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServiceStart<C>> {
  const file = args[0] === "--config" ? args[1] : undefined;
  if (file === undefined || args.length !== 2) {
    throw new TracepostError("USAGE", `usage: node ${program} --config FILE`, {
      remedy: "`tracepost exchange init` writes the file.",
    });
  }
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
  const config = parseConfig(schema, text, file, readPlacement(env)) as C;
  checkOrigins(file, config.webhookOrigins ?? []);
  const from = (relative: string): string => pathFrom(file, relative);
  const paths = {
    dataDir: from(config.dataDir),
    ...transportFrom(file, config),
    credsFile: from(config.credsFile),
    registerFile: from(config.registerFile),
    rootPublicKeyFiles: config.rootPublicKeyFiles.map(from),
    keysDir: from(config.keysDir),
    apiTokenFile: from(config.apiTokenFile),
    configDir: dirname(resolve(file)),
    ...(config.keyPassphraseFile === undefined
      ? {}
      : { keyPassphraseFile: from(config.keyPassphraseFile) }),
    ...(config.recoveryRecipientFile === undefined
      ? {}
      : { recoveryRecipientFile: from(config.recoveryRecipientFile) }),
  };
  return { config: { ...config, ...paths }, crashPlan };
}

/** An origin in the one form in which addresses are compared with it (TP-API-51). */
function checkOrigins(file: string, origins: readonly string[]): void {
  const problems = origins.flatMap((origin, at) => {
    if (URL.parse(origin)?.origin === origin) return [];
    const given = URL.parse(origin)?.origin ?? "https://cases.police.example";
    return [`webhookOrigins.${at}: is not an origin; write it as ${given}`];
  });
  if (problems.length === 0) return;
  throw new TracepostError("CONFIG_INVALID", `${file} is not a valid configuration`, {
    problems,
    remedy: "Write scheme, host and, where it is not the usual one, port; no path.",
  });
}
