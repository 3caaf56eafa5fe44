import { resolve } from "node:path";
import type { Command } from "commander";
import { readStewardStart, startSteward } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { untilStopped } from "../until-stopped.ts";

interface StewardOptions extends OutputOptions {
  readonly data: string;
}

const HELP = `
For an exchange whose nats-server is started by somebody else (exchange nats-config). Compares the
server's settings in effect with what was promised, provides the streams, and looks after them until
it is told to end (SIGTERM, Ctrl-C). Logs are JSON lines on standard output; the first one that says
"the steward is ready" has the address of /readyz, /healthz and /metrics.

Where it runs is set by the environment: TRACEPOST_NATS_URL (default nats://127.0.0.1:4222),
TRACEPOST_HTTP_HOST (127.0.0.1), TRACEPOST_HTTP_PORT (a free one), TRACEPOST_HTTP_NAMES,
TRACEPOST_LOG_LEVEL (info).

Example:
  TRACEPOST_NATS_URL=nats://127.0.0.1:4222 tracepost exchange steward --data exchange
`;

/** Adds `exchange steward`: looks after the streams of a server it did not start. */
export function addExchangeSteward(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("steward")
    .description("look after the streams of a nats-server that runs on its own")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .addHelpText("after", HELP);
  addAction<StewardOptions>(command, terminal, stayUp);
}

async function stayUp(options: StewardOptions): Promise<CommandResult> {
  const start = readStewardStart(process.env);
  const steward = await startSteward({ dataDir: resolve(options.data), start });
  await untilStopped();
  await steward.stop();
  return { json: { stopped: true }, lines: ["Stopped."] };
}
