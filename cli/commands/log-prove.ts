import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import {
  formatEvidence,
  inclusionPath,
  loadCheckpoint,
  loadLogEntry,
  openCheckpoint,
  verifyEvidence,
} from "#message-log";
import { LogEvidence } from "#proto";
import type { Transaction } from "#runtime";
import {
  ExchangePaths,
  type LogKeys,
  logKeysOfFolder,
  readGatewayStore,
  writePrivateFile,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

const HELP = `
Makes the proof that an entry stands in the log under the newest signed checkpoint: a file in the form of
C2SP tlog-proof with the entry as extra data, which anybody can verify offline. An entry names sender and
message: hand the file to the parties only.

Example:
  tracepost log prove 17 --data exchange --out entry-17.tlog-proof
`;

interface ProveOptions extends OutputOptions {
  readonly data: string;
  readonly out?: string;
}

/** Adds `log prove`: the inclusion proof of any entry, made from the tiles (TP-LOG-14). */
export function addLogProve(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("prove")
    .description("make the proof that an entry stands in the message log")
    .argument("<index>", "number of the entry, from 0")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--out <file>", "write the proof into a new file")
    .addHelpText("after", HELP);
  addAction<ProveOptions>(command, terminal, runProve);
}

async function runProve({ data, out }: ProveOptions, text = ""): Promise<CommandResult> {
  const index = parseIndex(text);
  const dataDir = resolve(data);
  const keys = await logKeysOfFolder(dataDir);
  const evidence = await readGatewayStore(new ExchangePaths(dataDir), (tx) =>
    proofOf(tx, index, keys),
  );
  const proof = formatEvidence(evidence);
  if (out !== undefined) await writePrivateFile(out, proof);
  const lines =
    out === undefined ? proof.trimEnd().split("\n") : [`Proof of entry ${index}: ${out}`];
  return { lines, json: { index, proof, file: out ?? null } };
}

function parseIndex(text: string): number {
  const index = Number(text);
  if (/^\d+$/u.test(text) && Number.isSafeInteger(index)) return index;
  throw new TracepostError("USAGE", `${text} is no number of an entry`, {
    remedy: "Give a whole number from 0, such as the logIndex of a receipt.",
  });
}

async function proofOf(tx: Transaction, index: number, keys: LogKeys): Promise<LogEvidence> {
  const checkpoint = (await loadCheckpoint(tx)) ?? "";
  const head = openCheckpoint(checkpoint, keys.origin, keys.publicKeys);
  if (head === undefined) {
    throw new TracepostError("VERIFICATION", "the kept checkpoint is not signed by the log", {
      remedy: "Run `tracepost log verify` to see what is damaged.",
    });
  }
  if (index >= head.size) {
    throw new TracepostError("INPUT_INVALID", `entry ${index} is not under a signature`, {
      problems: [`index must be below ${head.size}, the size of the newest checkpoint`],
      remedy: "Give a smaller number, or try again in a moment.",
    });
  }
  const evidence = LogEvidence.create({
    entry: (await loadLogEntry(tx, index)) ?? new Uint8Array(),
    index: BigInt(index),
    checkpoint,
    inclusionPath: await inclusionPath(tx, index, head.size),
  });
  const verified = verifyEvidence(evidence, keys.origin, keys.publicKeys);
  if (verified.ok) return evidence;
  throw new TracepostError("VERIFICATION", `entry ${index} is not the one that was logged`, {
    problems: [`${verified.refusal.field} ${verified.refusal.detail}`],
    remedy: "Run `tracepost log fsck` to see what is damaged.",
  });
}
