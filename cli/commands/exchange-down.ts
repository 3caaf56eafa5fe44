import { resolve } from "node:path";
import type { Command } from "commander";
import { openExchangeFolder, stopRunningExchange } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

interface DownOptions extends OutputOptions {
  readonly data: string;
}

const HELP = `
Asks the process that started the exchange to drain and stop everything in order, and waits for it.
What a killed one has left running is ended. Nothing is lost: what was under way goes on at the next
start.

Example:
  tracepost exchange down --data exchange
`;

/** Adds `exchange down`: stops an exchange that runs. */
export function addExchangeDown(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("down")
    .description("stop an exchange that runs on this machine")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .addHelpText("after", HELP);
  addAction<DownOptions>(command, terminal, stop);
}

async function stop(options: DownOptions): Promise<CommandResult> {
  const dataDir = resolve(options.data);
  await openExchangeFolder(dataDir);
  const stopped = await stopRunningExchange(dataDir);
  const line = stopped ? "Stopped." : `Nothing was running in ${options.data}.`;
  return { json: { dataDir, stopped }, lines: [line] };
}
