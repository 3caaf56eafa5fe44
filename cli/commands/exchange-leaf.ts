import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { TracepostError } from "#errors";
import { printable } from "#runtime";
import {
  type ExchangePaths,
  openExchangeFolder,
  parseListenAddress,
  readLeafDoor,
  withdrawLeaf,
  writeLeafDoor,
} from "../../deploy/local/index.ts";
import { type MadeLeaf, makeLeaf } from "../../deploy/nats/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { parsePort } from "../parse-option.ts";
import { runningNats } from "../running-nats.ts";

interface LeafOptions extends OutputOptions {
  readonly data: string;
  readonly folder?: string;
  readonly hub?: string;
  readonly listen: string;
  readonly leafPort?: number;
  readonly natsUrl?: string;
  readonly withdraw?: boolean;
}

const HELP = `
A leaf is a nats-server that a State runs by itself, linked to the one of the exchange. The services of
the State connect to it as they would to the exchange, with the same credentials. It may do what the
State may, and keeps no message.

Writes the folder that is handed to the State; deploy/nats/README.md is for whoever runs it. What is in
it is secret. The exchange must run, and wait for leafs: on the port of exchange init --leaf-port, or on
the one given here, which it opens at its next start; a nats-server that runs on its own has its
configuration written anew before: exchange nats-config. Run again it writes the same; do so after
exchange credentials and exchange certificates renew, and hand the folder over again. Off this machine
the exchange needs certificates: exchange certificates add.

With --withdraw the right is taken back: the link is cut at once.

Examples:
  tracepost exchange leaf NE --data exchange --folder leaf-NE
  tracepost exchange leaf NE --data exchange --folder leaf-NE --hub hub.example.org:7422
  tracepost exchange leaf NE --data exchange --folder leaf-NE --leaf-port 7422
  tracepost exchange leaf NE --data exchange --withdraw
`;

/** Adds `exchange leaf`: what a State runs a NATS server of its own with (TP-TLS-10). */
export function addExchangeLeaf(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("leaf")
    .description("write what a State runs a NATS server of its own with")
    .argument("<participant>", "whose leaf it is")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--folder <dir>", "folder to write: absent, empty, or of a leaf")
    .option("--hub <address>", "where the leaf finds the exchange; default by its first name")
    .option("--listen <address>", "where its services find the leaf", "127.0.0.1:4222")
    .option("--leaf-port <port>", "have the exchange wait for leafs there", parsePort)
    .option("--nats-url <url>", "a server of the exchange that runs on its own")
    .addOption(new Option("--withdraw", "take the right back").conflicts(["folder", "leafPort"]))
    .addHelpText("after", HELP);
  addAction<LeafOptions>(command, terminal, makeOrWithdraw);
}

async function makeOrWithdraw(options: LeafOptions, participant = ""): Promise<CommandResult> {
  const { paths } = await openExchangeFolder(resolve(options.data));
  if (options.withdraw === true) return await takeBack(options, paths, participant);
  const { folder, hub, leafPort } = options;
  if (folder === undefined) {
    throw new TracepostError("USAGE", "--folder is missing", {
      remedy: "Name the folder that is written, or say --withdraw.",
    });
  }
  const listen = parseListenAddress(options.listen);
  const hubAddress = hub === undefined ? undefined : parseListenAddress(hub, "--hub");
  const natsUrl = options.natsUrl ?? (await runningNats(options.data, paths));
  const opensAtStart = await openDoor(paths, leafPort);
  const where = { paths, natsUrl, folder: resolve(folder), hub: hubAddress, listen };
  const made = await makeLeaf({ ...where, participant });
  return {
    json: { participant, ...made, opensAtStart },
    lines: [...madeLines(participant, made), ...(opensAtStart ? [AT_START] : [])],
  };
}

/** Whether the exchange has to be started again before it takes leafs there. */
async function openDoor(paths: ExchangePaths, port: number | undefined): Promise<boolean> {
  const before = await readLeafDoor(paths);
  if (port === undefined || port === before?.port) return false;
  await writeLeafDoor(paths, { port });
  return true;
}

const AT_START = "The exchange takes leafs on that port from its next start on.";

function madeLines(participant: string, { file, hub, natsUrl }: MadeLeaf): string[] {
  return [
    `Wrote ${file}, with what it logs in with beside it: all of it is secret.`,
    `The leaf of ${participant} finds the exchange at ${hub}.`,
    "It is started in its folder with: nats-server --config leaf.conf",
    `The services of ${participant} then have "natsUrl": "${natsUrl}", and all else as it is.`,
  ].map((line) => printable(line));
}

async function takeBack(
  { data, natsUrl }: LeafOptions,
  paths: ExchangePaths,
  participant: string,
): Promise<CommandResult> {
  await withdrawLeaf({ paths, natsUrl: natsUrl ?? (await runningNats(data, paths)) }, participant);
  return {
    json: { participant, withdrawn: true },
    lines: [`${participant} has no leaf any more; what it logged in with is worth nothing.`],
  };
}
