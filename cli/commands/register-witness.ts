import type { Command } from "commander";
import { TracepostError } from "#errors";
import { LogWitness } from "#proto";
import { systemClock } from "#runtime";
import type { RegisterContent } from "#trust";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { changeDraft, type DraftOptions, reportLines } from "../register-files.ts";

const HELP = `
Puts a witness of the message log into a draft of the register, in the place of one of the same
participant, or takes it out with --remove. The quorum is more than half of the witnesses there are then.
Name and public key are what the witness says at its start.

Examples:
  tracepost register witness KE --name witness.example/ke --key BASE64 --url https://witness.example --draft next.bundle
  tracepost register witness KE --remove --draft next.bundle
`;

/** Bytes of a raw Ed25519 key. */
const KEY_BYTES = 32;

interface WitnessOptions extends OutputOptions, DraftOptions {
  readonly name?: string;
  readonly key?: string;
  readonly url?: string;
  readonly remove?: boolean;
}

/** Adds `register witness`: the set of witnesses in a draft (TP-LOG-17). */
export function addRegisterWitness(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("witness")
    .description("name a witness of the message log in a draft, or take it out")
    .argument("<id>", "participant that runs it")
    .requiredOption("--draft <file>", "draft of the next version")
    .option("--name <name>", "name of its key in signature lines")
    .option("--key <base64>", "its public key, 32 bytes in base64")
    .option("--url <url>", "address that add-checkpoint is below")
    .option("--remove", "take the participant's witness out")
    .option("--dry-run", "show what would change, write nothing")
    .addHelpText("after", HELP);
  addAction<WitnessOptions>(command, terminal, runWitness);
}

async function runWitness(options: WitnessOptions, id = ""): Promise<CommandResult> {
  const added = options.remove === true ? [] : [witnessOf(options, id)];
  const change = ({ manifest: { manifest } }: RegisterContent) => {
    const before = manifest.witnesses?.witnesses ?? [];
    const witnesses = [...before.filter(({ participant }) => participant !== id), ...added];
    const quorum = Math.floor(witnesses.length / 2) + 1;
    return { witnesses: witnesses.length === 0 ? undefined : { quorum, witnesses } };
  };
  const report = await changeDraft(options, change, systemClock.now());
  return { lines: reportLines(report), json: report };
}

function witnessOf({ key = "", name, url = "" }: WitnessOptions, participant: string): LogWitness {
  const publicKey = Buffer.from(key, "base64");
  if (name !== undefined && publicKey.length === KEY_BYTES) {
    return LogWitness.create({ name, participant, publicKey, url });
  }
  throw new TracepostError("USAGE", "It is not said which key the witness signs with", {
    remedy: "Give --name and --key as the witness says them at its start, or --remove.",
  });
}
