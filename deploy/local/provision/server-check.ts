import { readServerReport, type ServerReport } from "#bus";
import { TracepostError } from "#errors";
import { NATS_LIMITS, PROCESS_LIMITS } from "#runtime";
import { readTransportPlan } from "../certificates/transport-plan.ts";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { type LeafDoor, readLeafDoor } from "../leaf/leaf-door.ts";
import { isRecentEnough, LEAF_HUB_VERSION_MIN } from "../nats-server/server-version.ts";
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
  const hasTls = (await readTransportPlan(paths)) !== undefined;
  if (!report.wantsCertificates && hasTls) {
    problems.push("it lets clients in without a certificate");
  }
  problems.push(...leafProblems(report, await readLeafDoor(paths), check, hasTls));
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

/** What is wrong with the door for leafs (TP-TLS-9). */
function leafProblems(
  report: ServerReport,
  door: LeafDoor | undefined,
  { listenHost }: ServerCheck,
  hasTls: boolean,
): string[] {
  const { leafHost, leafPort, leafWantsCertificates, version } = report;
  if (leafPort !== (door?.port ?? 0)) {
    const port = door === undefined ? "none" : String(door.port);
    return [`it takes leafs on port ${leafPort || "none"}, port ${port} was told`];
  }
  if (door === undefined) return [];
  const problems: string[] = [];
  if (!isRecentEnough(version, LEAF_HUB_VERSION_MIN)) {
    problems.push(`version ${version} is too old for leafs, ${LEAF_HUB_VERSION_MIN} is needed`);
  }
  if (listenHost !== undefined && leafHost !== listenHost) {
    problems.push(`it takes leafs on ${leafHost}`);
  }
  if (hasTls && !leafWantsCertificates) problems.push("it lets leafs in without a certificate");
  return problems;
}
