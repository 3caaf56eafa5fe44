import { FAULTS, type FaultCode } from "#errors";

/** What a person who reads an exit code wants to know; the codes are those of lib/errors. */
const MEANINGS: Readonly<Record<FaultCode, string>> = {
  USAGE: "wrong arguments, or a service said no",
  INPUT_INVALID: "an input file has problems, all listed",
  CONFIG_INVALID: "a configuration file has problems, all listed",
  DATA_FOLDER: "the data folder is foreign or damaged",
  KEY_FILE: "a key file is absent, damaged or readable by others",
  MISSING_DEPENDENCY: "this machine lacks something: nats-server, Node 24",
  UNAVAILABLE: "the exchange is not running or cannot be reached",
  VERIFICATION: "something stored does not verify, was lost or doubled",
  STORE: "a store failed",
  TRANSPORT: "NATS answered other than it must",
  INTERNAL: "a fault of the program",
};

/** One exit code and the faults that end with it. */
export interface ExitCode {
  readonly exitCode: number;
  readonly faults: readonly FaultCode[];
  readonly meaning: string;
}

/** Every exit code but 0, in order. */
export function exitCodes(): ExitCode[] {
  const codes = Object.keys(FAULTS) as FaultCode[];
  const numbers = [...new Set(codes.map((code) => FAULTS[code].exitCode as number))];
  return numbers
    .toSorted((left, right) => left - right)
    .map((exitCode) => {
      const faults = codes.filter((code) => FAULTS[code].exitCode === exitCode);
      return { exitCode, faults, meaning: faults.map((code) => MEANINGS[code]).join("; ") };
    });
}

/** The exit codes as the help prints them. */
export const EXIT_CODES_HELP = [
  "Exit codes:",
  "  0  done",
  ...exitCodes().map(({ exitCode, meaning }) => `  ${exitCode}  ${meaning}`),
].join("\n");
