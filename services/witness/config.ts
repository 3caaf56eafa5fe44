import { readFile } from "node:fs/promises";
import { type Static, Type } from "typebox";
import { TracepostError } from "#errors";
import { parseConfig, pathFrom, readPlacement } from "#runtime";
import { DOOR_SETTINGS, doorFrom } from "#tls";
import { WITNESS_SETTINGS } from "#witness";

const ConfigSchema = Type.Object(
  {
    ...WITNESS_SETTINGS,
    /** Folder of the store. This path and the others may be relative to this file's folder. */
    dataDir: Type.String({ minLength: 1 }),
    /** Signed participant register. */
    registerFile: Type.String({ minLength: 1 }),
    /** Public root keys the register must be signed by. */
    rootPublicKeyFiles: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    http: Type.Object(
      {
        host: Type.String({ minLength: 1 }),
        port: Type.Integer({ minimum: 0, maximum: 65535 }),
        /** Names it answers to besides those of loopback. */
        names: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
        ...DOOR_SETTINGS,
      },
      { additionalProperties: false },
    ),
    logLevel: Type.Enum(["trace", "debug", "info", "warn", "error", "silent"]),
  },
  { additionalProperties: false },
);

/** A witness's configuration file, checked. */
export type WitnessConfig = Static<typeof ConfigSchema>;

/** Reads `--config FILE`; paths become absolute. Throws TracepostError USAGE or CONFIG_INVALID. */
export async function readStart(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<WitnessConfig> {
  const file = args[0] === "--config" ? args[1] : undefined;
  if (file === undefined || args.length !== 2) {
    throw new TracepostError("USAGE", "usage: node services/witness/main.ts --config FILE", {
      remedy: "services/witness/README.md shows the file.",
    });
  }
  const text = await readFile(file, "utf8").catch((caught: unknown) => {
    throw new TracepostError("CONFIG_INVALID", `${file} cannot be read`, {
      cause: caught,
      remedy: "Check the path and that this user may read the file.",
    });
  });
  const config = parseConfig(ConfigSchema, text, file, readPlacement(env));
  const from = (path: string): string => pathFrom(file, path);
  return {
    ...config,
    dataDir: from(config.dataDir),
    keyFile: from(config.keyFile),
    registerFile: from(config.registerFile),
    rootPublicKeyFiles: config.rootPublicKeyFiles.map(from),
    http: doorFrom(file, config.http),
  };
}
