import { readServerReport } from "#bus";
import { TracepostError } from "#errors";
import { NATS_LIMITS, PROCESS_LIMITS } from "#runtime";
import { readTransportPlan } from "../certificates/transport-plan.ts";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { isRecentEnough } from "../nats-server/server-version.ts";
import { readStoragePlan } from "./authority-files.ts";
import { operatorConnection } from "./operator-connection.ts";

/** Which server, and who asks. */
export interface ServerCheck {
  readonly url: string;
  /** Name of the connection. */
  readonly name: string;
  /** Address it must listen on; default: not looked at. */
  readonly listenHost?: string;
}

/**
 * Asks a running server for its settings in effect and compares them with what was promised
 * (TP-NATS-2). Throws TracepostError TRANSPORT with every difference, UNAVAILABLE when none answers
 * within PROCESS_LIMITS.startMs.
 */
export async function checkServer(paths: ExchangePaths, check: ServerCheck): Promise<void> {
  const storage = await readStoragePlan(paths);
  const report = await readServerReport({
    ...operatorConnection(paths, check.url, check.name),
    connectMs: PROCESS_LIMITS.startMs,
  });
  const problems: string[] = [];
  if (!isRecentEnough(report.version)) problems.push(`version ${report.version} is too old`);
  if (check.listenHost !== undefined && report.host !== check.listenHost) {
    problems.push(`it listens on ${report.host}`);
  }
  if (!report.wantsCertificates && (await readTransportPlan(paths)) !== undefined) {
    problems.push("it lets clients in without a certificate");
  }
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
