import { resolve } from "node:path";
import type { Command } from "commander";
import { parseListenAddress, writeNatsConfig } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

interface NatsConfigOptions extends OutputOptions {
  readonly data: string;
  readonly listen: string;
  readonly privateNetwork?: boolean;
}

const HELP = `
For an exchange whose nats-server is started by somebody else: a container engine, a service manager.
Writes nats/server.conf, and lays the accounts into the server's folder. Run it while no server of
this folder runs; what is written then never changes.

An address off loopback is refused, unless the exchange has certificates (exchange init --host), with
which the server speaks mutual TLS, or only containers of this host reach it.

Examples:
  tracepost exchange nats-config --data exchange
  tracepost exchange nats-config --data exchange --listen 192.0.2.7:4222
  tracepost exchange nats-config --data /data --listen 0.0.0.0:4222 --private-network
`;

/** Adds `exchange nats-config`: what a nats-server of its own is started with. */
export function addExchangeNatsConfig(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("nats-config")
    .description("write what a nats-server of its own is started with")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--listen <address>", "where the server listens", "127.0.0.1:4222")
    .option("--private-network", "only containers of this host reach that address")
    .addHelpText("after", HELP);
  addAction<NatsConfigOptions>(command, terminal, write);
}

async function write(options: NatsConfigOptions): Promise<CommandResult> {
  const listen = parseListenAddress(options.listen);
  const privateNetwork = options.privateNetwork === true;
  const file = await writeNatsConfig(resolve(options.data), { listen, privateNetwork });
  return {
    json: { file, listen },
    lines: [
      `Wrote ${file}: the server listens on ${options.listen}.`,
      `It is started with: nats-server --config ${file}`,
      `Its streams are looked after by: tracepost exchange steward --data ${options.data}`,
    ],
  };
}
