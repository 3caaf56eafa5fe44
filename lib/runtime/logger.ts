import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";

/** The logger every part is handed. Payloads, keys and serial numbers never go in. */
export type Logger = PinoLogger;

/** How loud, and where to. */
export interface LoggerOptions {
  /** Name of the process, such as "gateway" or "focal-point.NE". */
  readonly name: string;
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "silent";
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * Names of fields that are never written, in what is logged or one level below
 * (docs/spec/threats.md). A second line of defence: nobody hands such a field to a logger.
 */
const SECRETS = ["identity", "secret", "seed", "privateKey", "token", "plaintext"];

/** Builds a logger writing JSON lines with redaction. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
