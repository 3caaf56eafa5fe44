import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import {
  initExchange,
  openExchangeFolder,
  parseParticipantsYaml,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

interface InitOptions extends OutputOptions {
  readonly data: string;
  readonly participants: string;
}

const HELP = `
The participants file is a YAML list, one entry a participant:

  - id: AT
    name: Focal point of Austria
    role: focal-point
    answering: register          # or officer, the default
    languages: [de, en]
    instruments:
      - { instrument: ITI, boundness: committed, since: 2005-12-08 }

All its problems are reported at once, and nothing is created before it has none.

Example:
  tracepost exchange init --data exchange --participants participants.yaml
`;

/** Adds `exchange init`: keys, participant register, NATS accounts and configuration. */
export function addExchangeInit(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("init")
    .description("make the data folder of a new exchange")
    .requiredOption("--data <dir>", "folder to make: absent or empty")
    .requiredOption("--participants <file>", "who takes part (YAML)")
    .addHelpText("after", HELP);
  addAction<InitOptions>(command, terminal, initialize);
}

async function initialize(options: InitOptions): Promise<CommandResult> {
  const dataDir = resolve(options.data);
  const participants = parseParticipantsYaml(await readText(options.participants));
  await initExchange({ dataDir, participants });
  const { marker } = await openExchangeFolder(dataDir);
  const { exchangeId, logOrigin } = marker;
  const ids = participants.map(({ id }) => id);
  return {
    json: { dataDir, exchangeId, logOrigin, participants: ids },
    lines: [
      `Made the exchange ${exchangeId} with ${ids.length} participants: ${ids.join(", ")}.`,
      `Its message log is ${logOrigin}. Everything lies in ${dataDir}; keep it to yourself.`,
      "Its three root keys lie side by side: meant in earnest, keep them in two States at least.",
      `Start it with: tracepost exchange up --data ${options.data}`,
    ],
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (caught) {
    const why = caught instanceof Error ? caught.message : String(caught);
    throw new TracepostError("INPUT_INVALID", `The participants file cannot be read: ${why}`, {
      cause: caught,
      remedy: "Give --participants the path of a YAML file; see tracepost exchange init --help.",
    });
  }
}
