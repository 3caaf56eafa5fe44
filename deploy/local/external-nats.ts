import { TracepostError } from "#errors";
import { isLoopback } from "#runtime";
import { readTransportPlan } from "./certificates/transport-plan.ts";
import { openExchangeFolder } from "./folder/open-exchange-folder.ts";
import { writeServerFiles } from "./provision/server-config.ts";
import { exchangeStatus } from "./supervisor/exchange-status.ts";

/** Where a nats-server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port` of an option, IPv6 addresses in brackets. Throws TracepostError USAGE for
 * anything else.
 */
export function parseListenAddress(text: string, option = "--listen"): ListenAddress {
  const [, bracketed, plain, digits = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const port = Number(digits);
  if (host === "" || port < 1 || port > 65_535) {
    throw new TracepostError("USAGE", `${option} is no address with a port: ${text}`, {
      remedy: "Write it as 127.0.0.1:4222 or [::1]:4222.",
    });
  }
  return { host, port };
}

/** How a nats-server of its own is to listen. */
export interface NatsConfigOptions {
  readonly listen: ListenAddress;
  /** Whether only containers of this host reach it. */
  readonly privateNetwork?: boolean;
}

/**
 * Writes what a nats-server of its own is started with, and returns the path of its configuration:
 * paths in it are those of `dataDir` as given, so that it fits a container that has the folder
 * there. Throws TracepostError USAGE for an address off loopback where the exchange has no
 * certificates, unless only containers of this host reach it (TP-CON-10, TP-NATS-2); UNAVAILABLE
 * while an exchange runs in the folder, DATA_FOLDER.
 */
export async function writeNatsConfig(
  dataDir: string,
  { listen, privateNetwork = false }: NatsConfigOptions,
): Promise<string> {
  const { marker, paths } = await openExchangeFolder(dataDir);
  if ((await readTransportPlan(paths)) === undefined) {
    if (!isLoopback(listen.host) && !privateNetwork) refuseOffLoopback(listen);
  }
  if ((await exchangeStatus(paths.dataDir)).kind === "running") {
    throw new TracepostError("UNAVAILABLE", `an exchange is running in ${paths.dataDir}`, {
      remedy: "Stop it first: tracepost exchange down --data DIR",
    });
  }
  await writeServerFiles(paths, marker, listen);
  return paths.nats.serverConfig;
}

/** Why an exchange without certificates stays on loopback. */
export const NO_CERTIFICATES =
  "between hosts the credentials need mutual TLS beside them, and this exchange has no certificates";
/** What it is given to leave it. */
export const MAKE_THEM = "Give it certificates: tracepost exchange certificates add --host NAME …";

function refuseOffLoopback({ host, port }: ListenAddress): never {
  throw new TracepostError("USAGE", `--listen ${host}:${port} is off loopback`, {
    problems: [NO_CERTIFICATES],
    remedy: `${MAKE_THEM}. Or say --private-network if only containers of this host reach it.`,
  });
}
