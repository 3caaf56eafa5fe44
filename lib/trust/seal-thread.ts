import { Worker } from "node:worker_threads";
import { TracepostError } from "#errors";
import { Semaphore, TRUST_LIMITS } from "#runtime";
import type { SealRequest, SealResponse } from "./seal-protocol.ts";

/** A job without its number on this thread. */
export type SealTask =
  | Omit<Extract<SealRequest, { type: "seal" }>, "id">
  | Omit<Extract<SealRequest, { type: "open" }>, "id">;

interface Caller {
  readonly resolve: (response: SealResponse) => void;
  readonly reject: (fault: TracepostError) => void;
}

/**
 * One thread that seals and opens, a bounded number of jobs at a time; it starts with its first
 * job, and a new one takes its place if it should end. An idle thread keeps no process alive.
 */
export class SealThread {
  readonly #room = new Semaphore(TRUST_LIMITS.sealJobsPerThread);
  readonly #callers = new Map<number, Caller>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** Runs one job. Throws TracepostError INTERNAL when the thread ends under it. */
  async run(task: SealTask): Promise<SealResponse> {
    return await this.#room.run(() => this.#send(task));
  }

  /** Ends the thread at once; jobs under way fail. */
  async terminate(): Promise<void> {
    await this.#worker?.terminate();
  }

  #send(task: SealTask): Promise<SealResponse> {
    return new Promise((resolve, reject) => {
      const worker = this.#started();
      this.#lastId += 1;
      const id = this.#lastId;
      worker.postMessage({ ...task, id });
      this.#callers.set(id, { resolve, reject });
      worker.ref();
    });
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL("./seal-worker.ts", import.meta.url), {
      name: "seal",
      resourceLimits: { maxOldGenerationSizeMb: TRUST_LIMITS.sealThreadHeapMib },
    });
    worker.on("message", (response: SealResponse) => this.#settle(worker, response));
    worker.on("error", (caught) => this.#end(worker, caught));
    worker.on("exit", () => this.#end(worker, undefined));
    this.#worker = worker;
    return worker;
  }

  #settle(worker: Worker, response: SealResponse): void {
    const caller = this.#callers.get(response.id);
    this.#callers.delete(response.id);
    if (this.#callers.size === 0) worker.unref();
    caller?.resolve(response);
  }

  #end(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const fault = new TracepostError("INTERNAL", "a sealing thread has ended", { cause });
    for (const caller of this.#callers.values()) caller.reject(fault);
    this.#callers.clear();
  }
}
