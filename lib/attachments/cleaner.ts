import { Worker } from "node:worker_threads";
import { TracepostError } from "#errors";
import { ATTACHMENT_LIMITS, Semaphore, type Timers } from "#runtime";
import type { CleanAnswer, CleanJob } from "./clean-protocol.ts";
import { unclean } from "./clean-result.ts";

/** Cleans files, one at a time. */
export interface Cleaner {
  /**
   * Cleans a file and makes its preview. What takes more than `cleanMs`, or more memory than a
   * thread may have, is TOO_COSTLY (TP-ATT-6). Throws TracepostError UNAVAILABLE once closed.
   */
  clean(job: CleanJob): Promise<CleanAnswer>;
  /** Ends what is under way; nobody waits for it any more. */
  close(): Promise<void>;
}

/** Makes a cleaner; each file gets a thread of its own, so that nothing outlives it. */
export function createCleaner(timers: Timers): Cleaner {
  return new ThreadCleaner(timers);
}

class ThreadCleaner implements Cleaner {
  readonly #timers: Timers;
  readonly #turn = new Semaphore(1);
  #worker: Worker | undefined;
  #isClosed = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  async clean(job: CleanJob): Promise<CleanAnswer> {
    return await this.#turn.run(async () => {
      const answer = this.#isClosed ? undefined : await this.#inThread(job);
      if (!this.#isClosed && answer !== undefined) return answer;
      throw new TracepostError("UNAVAILABLE", "the service is stopping", {
        remedy: "Ask again once it is there.",
      });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  async #inThread(job: CleanJob): Promise<CleanAnswer> {
    const worker = new Worker(new URL("./clean-worker.ts", import.meta.url), {
      name: "clean",
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: ATTACHMENT_LIMITS.cleanThreadHeapMib },
      stdout: true,
      stderr: true,
    });
    this.#worker = worker;
    const answer = await new Promise<CleanAnswer>((resolve) => {
      const giveUp = (why: string) => () => resolve(unclean("TOO_COSTLY", why));
      const callOff = this.#timers.after(ATTACHMENT_LIMITS.cleanMs, giveUp("it took too long"));
      worker.once("message", resolve);
      worker.once("error", giveUp("its thread failed"));
      worker.once("exit", () => {
        callOff();
        giveUp("its thread ended")();
      });
    });
    await worker.terminate();
    this.#worker = undefined;
    return answer;
  }
}
