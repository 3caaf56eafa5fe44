import { TracepostError } from "#errors";
import { openExchangeFolder } from "./folder/open-exchange-folder.ts";
import { writeServerFiles } from "./provision/server-config.ts";
import { exchangeStatus } from "./supervisor/exchange-status.ts";

/** Where a nats-server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port`, IPv6 addresses in brackets. Throws TracepostError USAGE for anything else, and
 * for an address off loopback unless it is said that only containers of this host reach it: there
 * NATS speaks plain TCP, and credentials alone are not enough elsewhere (TP-CON-10, TP-NATS-2).
 */
export function parseListenAddress(text: string, privateNetwork: boolean): ListenAddress {
  const [, bracketed, plain, digits = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const port = Number(digits);
  if (host === "" || port < 1 || port > 65_535) {
    throw new TracepostError("USAGE", `--listen is no address with a port: ${text}`, {
      remedy: "Write it as 127.0.0.1:4222 or [::1]:4222.",
    });
  }
  if (!isLoopback(host) && !privateNetwork) {
    throw new TracepostError("USAGE", `--listen ${text} is off loopback`, {
      problems: [
        "between hosts the credentials need mutual TLS beside them, which is not there yet",
      ],
      remedy: "Say --private-network if only containers of this host reach it; else use 127.0.0.1.",
    });
  }
  return { host, port };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Writes what a nats-server of its own is started with, and returns the path of its configuration:
 * paths in it are those of `dataDir` as given, so that it fits a container that has the folder
 * there. Throws TracepostError UNAVAILABLE while an exchange runs in the folder, DATA_FOLDER.
 */
export async function writeNatsConfig(dataDir: string, listen: ListenAddress): Promise<string> {
  const { marker, paths } = await openExchangeFolder(dataDir);
  if ((await exchangeStatus(paths.dataDir)).kind === "running") {
    throw new TracepostError("UNAVAILABLE", `an exchange is running in ${paths.dataDir}`, {
      remedy: "Stop it first: tracepost exchange down --data DIR",
    });
  }
  await writeServerFiles(paths, marker, listen);
  return paths.nats.serverConfig;
}
