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

/** Paths that are never written, wherever they turn up (quality.md, Security). */
const REDACTED = ["*.identity", "*.secret", "*.seed", "*.privateKey", "*.token", "*.plaintext"];

/** Builds a logger writing JSON lines with redaction. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    redact: { paths: REDACTED, censor: "[redacted]" },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
