import { dirname, resolve } from "node:path";

/**
 * Fields of a service's configuration that the environment may set (TP-CON-6). They say where a
 * process runs, not what it is: the same data folder then serves on loopback and in containers.
 */
const VARIABLES: Readonly<Record<string, string>> = {
  TRACEPOST_NATS_URL: "natsUrl",
  TRACEPOST_HTTP_HOST: "http.host",
  TRACEPOST_HTTP_PORT: "http.port",
  TRACEPOST_HTTP_NAMES: "http.names",
  TRACEPOST_HTTP_PLAINTEXT: "http.plaintext",
  TRACEPOST_LOG_LEVEL: "logLevel",
};

/** A field that is set by a variable. */
export interface PlacementSetting {
  /** Path of the field, dots between names. */
  readonly field: string;
  readonly variable: string;
  readonly value: unknown;
}

/** Reads the variables; one that is empty counts as not set. Lists are written with commas. */
export function readPlacement(
  env: Readonly<Record<string, string | undefined>>,
): readonly PlacementSetting[] {
  return Object.entries(VARIABLES).flatMap(([variable, field]) => {
    const text = (env[variable] ?? "").trim();
    return text === "" ? [] : [{ field, variable, value: settingOf(field, text) }];
  });
}

/** An environment without these variables, for processes that are told otherwise where they run. */
export function withoutPlacement<E extends Readonly<Record<string, string | undefined>>>(
  env: E,
): E {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !(name in VARIABLES))) as E;
}

function settingOf(field: string, text: string): unknown {
  if (field === "http.names") return text.split(",").map((name) => name.trim());
  return field === "http.port" && /^\d+$/u.test(text) ? Number(text) : text;
}

/** The configuration with what the environment sets; the given one is left alone. */
export function withSettings(config: unknown, settings: readonly PlacementSetting[]): unknown {
  return settings.reduce((value, setting) => {
    return withField(value, setting.field.split("."), setting.value);
  }, config);
}

function withField(config: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  // What is no object is refused by the schema, with its place.
  if (typeof config !== "object" || config === null || Array.isArray(config)) return config;
  const fields = config as Readonly<Record<string, unknown>>;
  return { ...fields, [name]: withField(fields[name] ?? {}, rest, value) };
}

/** How a message names a field: with the variable that set it, if one did. */
export function placeOf(field: string, settings: readonly PlacementSetting[]): string {
  const setting = settings.find((one) => field === one.field || field.startsWith(`${one.field}.`));
  if (setting !== undefined) return `${field} (set by ${setting.variable})`;
  return field === "" ? "(file)" : field;
}

/**
 * A path as it stands in a configuration file: relative ones start at the file's folder, so that a
 * data folder may be moved, or be mounted elsewhere.
 */
export function pathFrom(configFile: string, path: string): string {
  return resolve(dirname(configFile), path);
}
