import { join } from "node:path";
import { readTransportPlan } from "../certificates/transport-plan.ts";
import type { ExchangeLayout } from "../folder/open-exchange-folder.ts";
import { checkServer } from "../provision/server-check.ts";
import { LISTEN_HOST, writeServerFiles } from "../provision/server-config.ts";
import { findFreePort } from "./free-port.ts";
import type { ProcessPlan } from "./managed-process.ts";

/** Name of the server among the processes of an exchange. */
export const NATS_NAME = "nats";

/** What the server of an exchange is run with. */
export interface NatsPlanOptions {
  readonly layout: ExchangeLayout;
  /** Path of the program. */
  readonly server: string;
  readonly environment: () => NodeJS.ProcessEnv;
  /** Asked after each start, before the server counts as ready. */
  afterStart(url: string): Promise<void>;
}

/**
 * How the nats-server is run. It is ready when it lets the system user in, its effective settings
 * are the ones it was given (TP-NATS-2), and its streams are there. Its port is chosen at the first
 * start that succeeds and stays: the other processes find it again after a crash.
 */
export function natsPlan(options: NatsPlanOptions): ProcessPlan {
  const { layout, server, environment } = options;
  const { paths, marker } = layout;
  let port = 0;
  let settled = false;
  return {
    name: NATS_NAME,
    command: server,
    logFile: join(paths.run.logsDir, `${NATS_NAME}.log`),
    ipc: false,
    prepare: async () => {
      if (!settled) port = await findFreePort();
      const pidFile = paths.run.natsPid;
      await writeServerFiles(paths, marker, { host: LISTEN_HOST, port, pidFile });
      return { args: ["-c", paths.nats.serverConfig], env: environment() };
    },
    ready: async () => {
      const scheme = (await readTransportPlan(paths)) === undefined ? "nats" : "tls";
      const url = `${scheme}://${LISTEN_HOST}:${port}`;
      await checkServer(paths, { url, name: "supervisor", listenHost: LISTEN_HOST });
      await options.afterStart(url);
      settled = true;
      return url;
    },
  };
}
