import { resolve } from "node:path";
import { TracepostError } from "#errors";
import { PROCESS_LIMITS } from "#runtime";
import { ExchangePaths } from "../folder/exchange-paths.ts";
import { startMarkOf } from "./process-identity.ts";
import { endLeftovers, isSupervised, type RunState, readRunState } from "./run-state.ts";

/** A supervisor stops focal points, gateway and server one after the other. */
const DOWN_DEADLINE_MS = 4 * PROCESS_LIMITS.shutdownMs;
const POLL_MS = 100;

/** Whether an exchange runs in a folder. */
export type ExchangeStatus =
  | { readonly kind: "stopped" }
  /** Its supervisor was killed; the next start, or a stop, ends what is left. */
  | { readonly kind: "abandoned"; readonly state: RunState }
  | { readonly kind: "running"; readonly state: RunState };

/** Says whether an exchange runs in a folder, and where its processes answer. */
export async function exchangeStatus(dataDir: string): Promise<ExchangeStatus> {
  const state = await readRunState(new ExchangePaths(resolve(dataDir)));
  if (state === undefined) return { kind: "stopped" };
  return { kind: (await isSupervised(state)) ? "running" : "abandoned", state };
}

/** How long to wait. */
export interface DownOptions {
  readonly deadlineMs?: number;
}

/**
 * Stops the exchange of a folder from another process: asks its supervisor to drain everything and
 * waits for it, or ends what a killed supervisor has left. Returns false when nothing ran. Throws
 * TracepostError UNAVAILABLE when the supervisor does not end in time.
 */
export async function stopRunningExchange(
  dataDir: string,
  options: DownOptions = {},
): Promise<boolean> {
  const paths = new ExchangePaths(resolve(dataDir));
  const status = await exchangeStatus(paths.dataDir);
  if (status.kind === "stopped") return (await endLeftovers(paths)).length > 0;
  if (status.kind === "abandoned") {
    await endLeftovers(paths);
    return true;
  }
  const { supervisorPid, supervisorStartMark } = status.state;
  askToEnd(supervisorPid);
  const deadline = Date.now() + (options.deadlineMs ?? DOWN_DEADLINE_MS);
  while ((await startMarkOf(supervisorPid)) === supervisorStartMark) {
    if (Date.now() > deadline) {
      throw new TracepostError("UNAVAILABLE", `process ${supervisorPid} does not stop`, {
        remedy: `Look into ${paths.run.logsDir}; end it with: kill -9 ${supervisorPid}`,
      });
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  await endLeftovers(paths);
  return true;
}

/** It may have ended since it was looked at. */
function askToEnd(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code !== "ESRCH") throw caught;
  }
}
