import { join } from "node:path";
import { readServerReport } from "#bus";
import { TracepostError } from "#errors";
import { NATS_LIMITS, PROCESS_LIMITS } from "#runtime";
import type { ExchangeLayout } from "../folder/open-exchange-folder.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { isRecentEnough } from "../nats-server/server-version.ts";
import { SYSTEM_ACCOUNT } from "../provision/authority.ts";
import {
  accountsHeldByServer,
  credentialsFile,
  readIssuedTokens,
  readStoragePlan,
} from "../provision/authority-files.ts";
import { INBOX_PREFIXES } from "../provision/permissions.ts";
import { LISTEN_HOST, serverConfigText } from "../provision/server-config.ts";
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
      const tokens = await readIssuedTokens(paths);
      const storage = await readStoragePlan(paths);
      const { exchangeId } = marker;
      const held = await accountsHeldByServer(paths);
      const text = serverConfigText({ paths, exchangeId, port, tokens, held, storage });
      await writePrivateFile(paths.nats.serverConfig, text);
      return { args: ["-c", paths.nats.serverConfig], env: environment() };
    },
    ready: async () => {
      const url = `nats://${LISTEN_HOST}:${port}`;
      await checkServer(layout, url);
      await options.afterStart(url);
      settled = true;
      return url;
    },
  };
}

async function checkServer({ paths }: ExchangeLayout, url: string): Promise<void> {
  const storage = await readStoragePlan(paths);
  const report = await readServerReport({
    servers: url,
    credsFile: credentialsFile(paths, SYSTEM_ACCOUNT, "operator"),
    name: "supervisor",
    inboxPrefix: INBOX_PREFIXES.operator,
    connectMs: PROCESS_LIMITS.startMs,
  });
  const problems: string[] = [];
  if (!isRecentEnough(report.version)) problems.push(`version ${report.version} is too old`);
  if (report.host !== LISTEN_HOST) problems.push(`it listens on ${report.host}`);
  if (report.webSocketPort !== 0) problems.push(`it has a WebSocket on ${report.webSocketPort}`);
  if (report.payloadBytesMax !== NATS_LIMITS.payloadBytesMax) {
    problems.push(`it takes payloads of ${report.payloadBytesMax} bytes`);
  }
  if (!report.storeDir.startsWith(paths.nats.storeDir)) {
    problems.push(`its streams lie in ${report.storeDir || "no folder"}`);
  }
  if (report.storeBytesMax < storage.serverBytes) {
    problems.push(`it keeps ${report.storeBytesMax} bytes, ${storage.serverBytes} are promised`);
  }
  if (problems.length === 0) return;
  throw new TracepostError("TRANSPORT", "the nats-server does other than it was told", {
    problems,
    remedy: "Another server may answer on this port: stop it, or start again.",
  });
}
