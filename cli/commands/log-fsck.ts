import { resolve } from "node:path";
import type { Command } from "commander";
import { FAULTS } from "#errors";
import { loadCheckpoint, openCheckpoint } from "#message-log";
import type { StorePlace } from "#runtime";
import { readStore } from "#store";
import {
  checkRecordsOf,
  ExchangePaths,
  gatewayPlace,
  type LogKeys,
  logKeysOfFolder,
  type RecordsFound,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

const HELP = `
Rebuilds every hash from the records: each entry of the log, its leaf and its tiles, and the message,
parts, deliveries, register, policy or decision that it is about. Names each record that differs. Works
beside a running gateway, in short reads, and changes nothing. Exit code 6 when something differs.

Example:
  tracepost log fsck --data exchange
`;

interface FsckOptions extends OutputOptions {
  readonly data: string;
}

/** Adds `log fsck`: records compared with the log, offline or beside a gateway (TP-LOG-15). */
export function addLogFsck(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("fsck")
    .description("compare every record with the message log, and name what differs")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .addHelpText("after", HELP);
  addAction<FsckOptions>(command, terminal, runFsck);
}

async function runFsck({ data }: FsckOptions): Promise<CommandResult> {
  const dataDir = resolve(data);
  const keys = await logKeysOfFolder(dataDir);
  const place = await gatewayPlace(new ExchangePaths(dataDir));
  const found = await checkRecordsOf(place);
  const unsigned = await signatureProblem(place, keys);
  const problems = unsigned === undefined ? found.problems : [unsigned, ...found.problems];
  const problemsTotal = found.problemsTotal + (unsigned === undefined ? 0 : 1);
  const isSound = problemsTotal === 0;
  const { origin } = keys;
  return {
    lines: linesOf(origin, { ...found, problems, problemsTotal }),
    json: { sound: isSound, origin, entries: found.entries, problems, problemsTotal },
    exitCode: isSound ? 0 : FAULTS.VERIFICATION.exitCode,
  };
}

async function signatureProblem(place: StorePlace, keys: LogKeys): Promise<string | undefined> {
  const note = await readStore(place, (tx) => loadCheckpoint(tx));
  if (note === undefined || openCheckpoint(note, keys.origin, keys.publicKeys)) return undefined;
  return `the checkpoint is not signed as "${keys.origin}" by a key of the register`;
}

function linesOf(origin: string, { entries, problems, problemsTotal }: RecordsFound): string[] {
  if (problemsTotal === 0) return [`Sound: ${entries} entries of ${origin}, and their records`];
  const unlisted = problemsTotal - problems.length;
  return [
    `NOT sound: ${entries} entries of ${origin}, and their records`,
    ...problems.map((problem) => `  - ${problem}`),
    ...(unlisted > 0 ? [`  - and ${unlisted} more`] : []),
    "Keep the folder as it is, and compare it with a backup and with receipts of participants.",
  ];
}
