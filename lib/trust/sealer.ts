import { Worker } from "node:worker_threads";
import { type Outcome, TracepostError } from "#errors";
import { Semaphore } from "#runtime";
import type { OpenedMessage, OpenJob } from "./open.ts";
import type { SealedParts, SealJob } from "./seal.ts";
import type { SealRequest, SealResponse } from "./seal-worker.ts";

/** Seals and opens beside the event loop. */
export interface Sealer {
  /** Seals a message. Throws TracepostError INTERNAL when a recipient's key is none. */
  seal(job: SealJob): Promise<SealedParts>;
  /** Opens a message; see `openParts` for what it refuses. */
  open(job: OpenJob): Promise<Outcome<OpenedMessage>>;
  /** Finishes what is under way, then ends the threads. */
  close(): Promise<void>;
}

/** Jobs one thread holds at a time; beyond it callers wait. */
const JOBS_PER_WORKER = 8;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: TracepostError) => void;
}

/** Starts the threads; `workers` defaults to one, enough for a focal point. */
export function createSealer(options: { workers?: number } = {}): Sealer {
  const threads = Array.from({ length: options.workers ?? 1 }, () => new SealThread());
  let next = 0;
  const take = (): SealThread => {
    next = (next + 1) % threads.length;
    return threads[next] as SealThread;
  };
  return {
    seal: async (job) => (await take().run("seal", job)) as SealedParts,
    open: async (job) => (await take().run("open", job)) as Outcome<OpenedMessage>,
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

class SealThread {
  readonly #worker = new Worker(new URL("./seal-worker.ts", import.meta.url));
  readonly #waiting = new Map<number, Waiting>();
  readonly #room = new Semaphore(JOBS_PER_WORKER);
  #lastId = 0;
  #failure: TracepostError | undefined;

  constructor() {
    // An idle sealer keeps no process alive; a job under way does.
    this.#worker.unref();
    this.#worker.on("message", (response: SealResponse) => this.#settle(response));
    this.#worker.on("error", (caught) => this.#fail(TracepostError.from(caught)));
    this.#worker.on("exit", () => this.#fail(new TracepostError("INTERNAL", "the sealer ended")));
  }

  run(type: SealRequest["type"], job: SealJob | OpenJob): Promise<unknown> {
    return this.#room.run(
      () =>
        new Promise((resolve, reject) => {
          if (this.#failure !== undefined) {
            reject(this.#failure);
            return;
          }
          this.#lastId += 1;
          this.#waiting.set(this.#lastId, { resolve, reject });
          this.#worker.ref();
          this.#worker.postMessage({ id: this.#lastId, type, job });
        }),
    );
  }

  async close(): Promise<void> {
    await Promise.allSettled(
      [...this.#waiting.values()].map(
        (one) => new Promise((resolve) => this.#whenSettled(one, resolve)),
      ),
    );
    await this.#worker.terminate();
  }

  #whenSettled(waiting: Waiting, done: (value: unknown) => void): void {
    for (const [id, one] of this.#waiting) {
      if (one !== waiting) continue;
      this.#waiting.set(id, {
        resolve: (value) => {
          one.resolve(value);
          done(undefined);
        },
        reject: (fault) => {
          one.reject(fault);
          done(undefined);
        },
      });
    }
  }

  #settle(response: SealResponse): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (response.ok) waiting?.resolve(response.value);
    else waiting?.reject(new TracepostError("INTERNAL", `sealing failed: ${response.message}`));
  }

  #fail(fault: TracepostError): void {
    this.#failure = fault;
    for (const waiting of this.#waiting.values()) waiting.reject(fault);
    this.#waiting.clear();
  }
}
