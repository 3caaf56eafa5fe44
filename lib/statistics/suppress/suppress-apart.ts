import { Worker } from "node:worker_threads";
import { TracepostError } from "#errors";
import { SUPPRESSION_LIMITS } from "#runtime";
import type { CountedTable, SafeTable } from "./tables.ts";

/** What is to be made safe, and with what was released before. */
export interface SuppressJob {
  readonly tables: readonly CountedTable[];
  readonly earlier: readonly SafeTable[];
}

/**
 * Makes tables safe as `makeSafe` does, in a thread of their own that ends with them: with many
 * States it is seconds of work. Throws TracepostError INTERNAL where the thread fails.
 */
export async function makeSafeApart(job: SuppressJob): Promise<SafeTable[]> {
  const worker = new Worker(new URL("./suppress-worker.ts", import.meta.url), {
    name: "suppress",
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: SUPPRESSION_LIMITS.threadHeapMib },
  });
  return await new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new TracepostError("INTERNAL", "a release could not be made safe", { cause }));
    worker.once("message", resolve);
    worker.once("error", fail);
    worker.once("exit", fail);
  });
}
