import { TracepostError } from "#errors";
import { PROCESS_LIMITS } from "./limits.ts";
import type { Logger } from "./logger.ts";

/** Where a process stands. */
export type LifecycleState = "starting" | "ready" | "draining" | "stopped";

/** Something that is started in order and stopped in reverse. */
export interface Stoppable {
  readonly name: string;
  /** Stops taking, finishes what is held, closes. */
  stop(): Promise<void>;
}

/** Keeps what was started and stops it in reverse order, once, within a deadline. */
export class Lifecycle {
  #state: LifecycleState = "starting";
  #started: Stoppable[] = [];
  #stopping: Promise<void> | undefined;
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Where the process stands. */
  get state(): LifecycleState {
    return this.#state;
  }

  /** Notes a part that runs now. */
  add(part: Stoppable): void {
    this.#started.push(part);
  }

  /** Everything has started. */
  ready(): void {
    if (this.#state === "starting") this.#state = "ready";
  }

  /** Stops every part in reverse order (TP-CON-7); later calls wait for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    this.#state = "draining";
    for (const part of this.#started.reverse()) {
      try {
        await withDeadline(part.stop(), PROCESS_LIMITS.shutdownMs, `stopping ${part.name}`);
      } catch (caught) {
        this.#logger.error({ err: caught, part: part.name }, "a part did not stop cleanly");
      }
    }
    this.#state = "stopped";
  }
}

/**
 * Waits for a promise, at most `deadlineMs`; then throws TracepostError UNAVAILABLE, with what to
 * do about it where the caller knows that.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  deadlineMs: number,
  what: string,
  remedy = "",
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = deadlineMs / 1_000;
      reject(
        new TracepostError("UNAVAILABLE", `${what} took longer than ${seconds} s`, { remedy }),
      );
    }, deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
