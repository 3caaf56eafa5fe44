import { type ChildProcess, spawn } from "node:child_process";
import { open, rename, stat } from "node:fs/promises";
import { TracepostError } from "#errors";
import { NATS_LIMITS, PROCESS_LIMITS, withDeadline } from "#runtime";
import { olderFile } from "../watch/line-file.ts";

/** Bytes of a log that are shown when its process did not start. */
const LOG_TAIL_BYTES = 2_000;
/** A process that ran this long was no failure to start: the count of restarts begins anew. */
const STABLE_MS = 30_000;

/** What is run, and how it is known to be ready. */
export interface ProcessPlan {
  readonly name: string;
  readonly command: string;
  readonly logFile: string;
  /** Whether it says itself that it is ready, over IPC; it then also notices our end. */
  readonly ipc: boolean;
  /** Makes ready what it reads, before each start; returns its arguments and environment. */
  prepare(): Promise<{ readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv }>;
  /** Waits until it answers; returns where. */
  ready(child: ChildProcess): Promise<string>;
}

/** What happens to a process. */
export type ProcessEvent =
  | { readonly type: "spawned"; readonly name: string; readonly pid: number }
  | { readonly type: "started"; readonly name: string; readonly pid: number; readonly url: string }
  | {
      readonly type: "exited";
      readonly name: string;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      /** Whether we asked for it. */
      readonly expected: boolean;
    }
  | { readonly type: "restarting"; readonly name: string; readonly attempt: number }
  | { readonly type: "given-up"; readonly name: string; readonly detail: string };

/** How a process is looked after. */
export interface ProcessCare {
  /** Whether it is started again after an end nobody asked for. */
  readonly restartCrashed: boolean;
  onEvent(event: ProcessEvent): void;
}

/**
 * One process of the exchange: started, waited for, started again after a crash, stopped. It runs
 * in a process group of its own, so that Ctrl-C in a terminal reaches the supervisor only, which
 * then stops all in order.
 */
export class ManagedProcess {
  readonly #plan: ProcessPlan;
  readonly #care: ProcessCare;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #starting: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #wanted = false;
  #crashes = 0;
  #readyAt = 0;
  #url = "";
  readonly #waiting = new Set<(fault?: TracepostError) => void>();
  /** Ended from here, because they were not ready in time. */
  readonly #ended = new WeakSet<ChildProcess>();

  constructor(plan: ProcessPlan, care: ProcessCare) {
    this.#plan = plan;
    this.#care = care;
  }

  get name(): string {
    return this.#plan.name;
  }

  /** Number of the process; 0 while there is none. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Where it answers; "" while it does not. */
  get url(): string {
    return this.#url;
  }

  /** Starts it if it does not run; resolves when it is ready. Throws TracepostError UNAVAILABLE. */
  async start(): Promise<void> {
    this.#wanted = true;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (this.#child !== undefined && this.#starting === undefined) return;
    this.#starting ??= this.#launch().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  /** Sends a signal, waits for the end; with `restartCrashed` it is then started again. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.#child?.kill(signal);
    await this.#exited;
  }

  /** Asks it to drain and end; ends it by force after `deadlineMs`. It stays stopped. */
  async stop(deadlineMs: number = PROCESS_LIMITS.shutdownMs): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#retry);
    this.#child?.kill("SIGTERM");
    // One that is being prepared sees that it is no longer wanted and is not started at all.
    const starting = this.#starting?.catch(() => undefined);
    const ended = Promise.all([this.#exited, starting]).then(() => undefined);
    try {
      await withDeadline(ended, deadlineMs, `stopping ${this.name}`);
    } catch {
      // Whoever stops the rest is not kept waiting by one that does not even hear of its end.
      const killed = this.kill("SIGKILL");
      await withDeadline(killed, PROCESS_LIMITS.killMs, `ending ${this.name}`).catch(
        () => undefined,
      );
    }
    this.#giveUpWaiting(`${this.name} was stopped`);
  }

  /** Stops it and starts it again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Resolves when it does not run; at once if so. */
  waitExit(): Promise<void> {
    return this.#exited;
  }

  /**
   * Resolves when it is ready; at once if so. Throws TracepostError UNAVAILABLE when it is stopped
   * or given up before.
   */
  waitReady(): Promise<void> {
    if (this.#url !== "") return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (fault?: TracepostError): void => {
        this.#waiting.delete(settle);
        if (fault === undefined) resolve();
        else reject(fault);
      };
      this.#waiting.add(settle);
    });
  }

  /** Ends it at once, from a handler that cannot wait. */
  killNow(): void {
    this.#wanted = false;
    this.#child?.kill("SIGKILL");
  }

  async #launch(): Promise<void> {
    const { command, name, ipc, logFile } = this.#plan;
    const { args, env } = await this.#plan.prepare();
    const logStart = await rotate(logFile);
    const log = await open(logFile, "a", 0o600);
    let child: ChildProcess;
    try {
      if (!this.#wanted) throw new TracepostError("UNAVAILABLE", `${name} is not to be started`);
      child = spawn(command, [...args], {
        detached: true,
        env,
        stdio: ["ignore", log.fd, log.fd, ...(ipc ? (["ipc"] as const) : [])],
      });
    } finally {
      await log.close();
    }
    const exited = this.#follow(child);
    this.#care.onEvent({ type: "spawned", name, pid: child.pid ?? 0 });
    try {
      const ready = Promise.race([this.#plan.ready(child), exited.then(() => undefined)]);
      const remedy = `Look into ${logFile}; on a busy machine start again, nothing is lost.`;
      const url = await withDeadline(ready, PROCESS_LIMITS.startMs, `starting ${name}`, remedy);
      if (url === undefined) {
        throw new TracepostError("UNAVAILABLE", `${name} ended before it was ready`, {
          problems: await tail(logFile, logStart),
          remedy: `Its log is ${logFile}`,
        });
      }
      this.#url = url;
    } catch (caught) {
      this.#ended.add(child);
      child.kill("SIGKILL");
      await exited;
      throw caught;
    }
    this.#readyAt = Date.now();
    this.#care.onEvent({ type: "started", name, pid: child.pid ?? 0, url: this.#url });
    for (const settle of this.#waiting) settle();
  }

  /** Watches the end of a process. The promise resolves, whatever the end was. */
  #follow(child: ChildProcess): Promise<void> {
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (this.#child !== child) return;
        this.#child = undefined;
        this.#url = "";
        resolve();
        this.#onExit(code, signal, !this.#wanted || this.#ended.has(child));
      };
      child.once("exit", end);
      // A program that cannot be run has no exit.
      child.once("error", () => end(null, null));
    });
    return this.#exited;
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null, expected: boolean): void {
    this.#care.onEvent({ type: "exited", name: this.name, code, signal, expected });
    // While it starts, whoever started it is told and decides.
    if (expected || this.#starting !== undefined || !this.#care.restartCrashed) return;
    if (Date.now() - this.#readyAt > STABLE_MS) this.#crashes = 0;
    this.#tryAgain(`it ended with ${signal ?? `code ${code}`}`);
  }

  #giveUpWaiting(reason: string): void {
    for (const settle of this.#waiting) settle(new TracepostError("UNAVAILABLE", reason));
  }

  #tryAgain(detail: string): void {
    this.#crashes += 1;
    const { name } = this;
    if (this.#crashes > NATS_LIMITS.restartsMax) {
      this.#care.onEvent({ type: "given-up", name, detail });
      this.#giveUpWaiting(`${name} was given up: ${detail}`);
      return;
    }
    const pauseMs = NATS_LIMITS.restartFirstMs * 2 ** (this.#crashes - 1);
    this.#retry = setTimeout(() => {
      this.#care.onEvent({ type: "restarting", name, attempt: this.#crashes });
      this.start().catch((caught: unknown) => {
        if (this.#wanted) this.#tryAgain(TracepostError.from(caught).message);
      });
    }, pauseMs);
  }
}

/** Puts a large log aside; returns where this start's lines will begin. */
async function rotate(logFile: string): Promise<number> {
  const size = await stat(logFile).then(
    (info) => info.size,
    () => 0,
  );
  if (size <= PROCESS_LIMITS.logBytesMax) return size;
  await rename(logFile, olderFile(logFile));
  return 0;
}

/** The last lines a process wrote since it was started. */
async function tail(logFile: string, from: number): Promise<string[]> {
  const handle = await open(logFile, "r");
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - LOG_TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOG_TAIL_BYTES), {
      position: start,
    });
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    return lines.filter((line) => line.trim() !== "").slice(-8);
  } finally {
    await handle.close();
  }
}
