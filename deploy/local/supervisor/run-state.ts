import { readFile, rm } from "node:fs/promises";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { commandLineOf, startMarkOf } from "./process-identity.ts";

/** How long a leftover process may take to end when asked to, and when ended by force. */
const TERM_WAIT_MS = 5_000;
const KILL_WAIT_MS = 2_000;
const POLL_MS = 25;

/** A process of a running exchange. */
export interface ProcessRecord {
  readonly pid: number;
  /** Where it answers; "" before it is ready. */
  readonly url: string;
}

/** Content of `run/exchange.json`: what runs now, for other commands. No secrets. */
export interface RunState {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly supervisorPid: number;
  readonly supervisorStartMark: string;
  readonly nats: ProcessRecord;
  readonly gateway: ProcessRecord;
  readonly participants: Readonly<Record<string, ProcessRecord>>;
}

/** Writes what runs now. */
export async function writeRunState(paths: ExchangePaths, state: RunState): Promise<void> {
  await writePrivateFile(paths.run.state, `${JSON.stringify(state, null, 2)}\n`);
}

/** Reads what runs, or ran; undefined when nothing is written or it cannot be read. */
export async function readRunState(paths: ExchangePaths): Promise<RunState | undefined> {
  try {
    return JSON.parse(await readFile(paths.run.state, "utf8")) as RunState;
  } catch {
    return undefined;
  }
}

/** Removes what is written. */
export async function removeRunState(paths: ExchangePaths): Promise<void> {
  await rm(paths.run.state, { force: true });
}

/** Whether the supervisor of a written state still lives. */
export async function isSupervised(state: RunState): Promise<boolean> {
  return (await startMarkOf(state.supervisorPid)) === state.supervisorStartMark;
}

/**
 * Ends what a supervisor that was killed has left running, the server last. Only processes whose
 * command line names this data folder: a number that was given to another program is left alone.
 */
export async function endLeftovers(paths: ExchangePaths): Promise<number[]> {
  const state = await readRunState(paths);
  const services = state === undefined ? [] : [state.gateway, ...Object.values(state.participants)];
  const ended = await Promise.all(services.map(({ pid }) => endIfOurs(pid, paths.dataDir)));
  for (const pid of new Set([state?.nats.pid ?? 0, await serverPid(paths)])) {
    ended.push(await endIfOurs(pid, paths.dataDir));
  }
  await removeRunState(paths);
  return ended.filter((pid) => pid !== undefined);
}

/** What the server has written about itself; 0 when there is nothing. */
async function serverPid(paths: ExchangePaths): Promise<number> {
  const text = await readFile(paths.run.natsPid, "utf8").catch(() => "");
  return Number.parseInt(text, 10) || 0;
}

async function endIfOurs(pid: number, dataDir: string): Promise<number | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (!(await commandLineOf(pid)).includes(dataDir)) return undefined;
  const mark = await startMarkOf(pid);
  if (mark === undefined) return undefined;
  for (const [signal, waitMs] of [
    ["SIGTERM", TERM_WAIT_MS],
    ["SIGKILL", KILL_WAIT_MS],
  ] as const) {
    send(pid, signal);
    if (await gone(pid, mark, waitMs)) break;
  }
  return pid;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

/** Nobody tells us of the end of a process that is not our child: look now and then. */
async function gone(pid: number, mark: string, waitMs: number): Promise<boolean> {
  const deadline = Date.now() + waitMs;
  while (Date.now() < deadline) {
    if ((await startMarkOf(pid)) !== mark) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}
