import { TracepostError } from "#errors";
import type { Clock } from "./clock.ts";
import type { ArgsOf, Database, Procedure, ResultOf } from "./database.ts";
import { STORE_LIMITS } from "./limits.ts";
import type { Logger } from "./logger.ts";

/** A store, and what its calls have shown about the disk it lies on. */
export interface WatchedDisk<P extends Record<string, Procedure>> {
  readonly store: Database<P>;
  /**
   * False from the first write that failed for the disk's sake until what failed succeeds, or has
   * not been tried for `diskDoubtMs`: who has nothing to write cannot know better (TP-OPS-19).
   */
  readonly takesWrites: boolean;
}

/** What the watch needs to know. */
interface DiskWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Watches what a store's calls end with, so that a full or failing disk is said once in the log and
 * for as long as it lasts in `/readyz`. Changes nothing about the calls.
 */
export function watchDisk<P extends Record<string, Procedure>>(
  store: Database<P>,
  { clock, logger }: DiskWatchOptions,
): WatchedDisk<P> {
  /** When each procedure last failed; another that writes little may succeed meanwhile. */
  const failedAtMs = new Map<string, number>();
  const noteWritten = (name: string): void => {
    if (!failedAtMs.delete(name) || failedAtMs.size > 0) return;
    logger.info("the store takes writes again");
  };
  const noteFault = (name: string, caught: unknown): void => {
    if (!isOfTheDisk(caught)) return;
    if (failedAtMs.size === 0) {
      logger.error({ err: caught }, `the store takes no writes: ${caught.remedy}`);
    }
    failedAtMs.set(name, clock.now());
  };
  return {
    store: {
      call: async <K extends keyof P & string>(
        name: K,
        args: ArgsOf<P[K]>,
      ): Promise<ResultOf<P[K]>> => {
        try {
          const result = await store.call(name, args);
          noteWritten(name);
          return result;
        } catch (caught) {
          noteFault(name, caught);
          throw caught;
        }
      },
      scrub: () => store.scrub(),
      close: () => store.close(),
    },
    get takesWrites() {
      const doubtedSinceMs = clock.now() - STORE_LIMITS.diskDoubtMs;
      return [...failedAtMs.values()].every((atMs) => atMs < doubtedSinceMs);
    },
  };
}

/** Faults of a store that somebody can mend have a remedy; those of a procedure have none. */
function isOfTheDisk(caught: unknown): caught is TracepostError {
  return caught instanceof TracepostError && caught.code === "STORE" && caught.remedy !== "";
}
