/** Faults: what should not have happened, or what a user must mend before we can go on. */

/** Closed list of fault codes; the exit code is what the command line ends with. */
export const FAULTS = {
  /** Arguments or input of the user are wrong. */
  USAGE: { exitCode: 2 },
  /** An input file has problems; all are listed. */
  INPUT_INVALID: { exitCode: 2 },
  /** Configuration has problems; all are listed. */
  CONFIG_INVALID: { exitCode: 2 },
  /** The data folder belongs to something else, or is damaged. */
  DATA_FOLDER: { exitCode: 3 },
  /** Something this machine lacks: nats-server, Node 24. */
  MISSING_DEPENDENCY: { exitCode: 4 },
  /** A key file is readable by others, absent or damaged. */
  KEY_FILE: { exitCode: 3 },
  /** The exchange is not running, or cannot be reached. */
  UNAVAILABLE: { exitCode: 5 },
  /** A stored thing does not verify. */
  VERIFICATION: { exitCode: 6 },
  /** A store failed. */
  STORE: { exitCode: 1 },
  /** NATS answered other than it must. */
  TRANSPORT: { exitCode: 1 },
  /** A bug. */
  INTERNAL: { exitCode: 1 },
} as const;

/** A code of {@link FAULTS}. */
export type FaultCode = keyof typeof FAULTS;

/** Options of a {@link TracepostError}. */
export interface FaultOptions {
  /** What was caught, kept for the log. */
  readonly cause?: unknown;
  /** Each problem on a line of its own: field, rule, way out. */
  readonly problems?: readonly string[];
  /** What the user does now. */
  readonly remedy?: string;
}

/** An unexpected condition, with a code and, where somebody can mend it, what to do. */
export class TracepostError extends Error {
  override readonly name = "TracepostError";
  readonly code: FaultCode;
  readonly problems: readonly string[];
  readonly remedy: string;

  constructor(code: FaultCode, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
    this.remedy = options.remedy ?? "";
  }

  /** Turns anything caught into a TracepostError; one that is one already is returned as it is. */
  static from(caught: unknown, code: FaultCode = "INTERNAL"): TracepostError {
    if (caught instanceof TracepostError) return caught;
    const message = caught instanceof Error ? caught.message : String(caught);
    return new TracepostError(code, message, { cause: caught });
  }

  /** Exit code of a command that ends with this fault. */
  get exitCode(): number {
    return FAULTS[this.code].exitCode;
  }
}
