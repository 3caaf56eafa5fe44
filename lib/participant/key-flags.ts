import type { CompromisedSince, PostStore } from "#post";
import { type Clock, type Logger, POST_LIMITS, type Timers } from "#runtime";

/** What flags work with. */
export interface KeyFlagsParts {
  /** Keys that the register in force says are compromised. */
  readonly keys: () => readonly CompromisedSince[];
  readonly store: Pick<PostStore, "call">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * Makes the flags of messages follow the register in force (TP-KEY-8): at a start, and after each
 * new version. What fails is tried again.
 */
export class KeyFlags {
  readonly #parts: KeyFlagsParts;
  #working: Promise<void> = Promise.resolve();
  #callOff: (() => void) | undefined;
  #stopped = false;

  constructor(parts: KeyFlagsParts) {
    this.#parts = parts;
  }

  /** Begins to follow the register in force. */
  follow(): void {
    this.#callOff?.();
    this.#working = this.#working.then(() => this.#followNow());
  }

  /** Ends after the portion under way; the next start goes on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#callOff?.();
    await this.#working;
  }

  async #followNow(): Promise<void> {
    const { clock, keys, logger, store, timers } = this.#parts;
    try {
      let more = true;
      while (more && !this.#stopped) {
        const args = { keys: keys(), nowMs: clock.now() };
        ({ more } = await store.call("postFollowKeys", args));
      }
    } catch (caught) {
      logger.error({ err: caught }, "flags do not follow the register yet; they are tried again");
      this.#callOff = timers.after(POST_LIMITS.retryMaxMs, () => this.follow());
    }
  }
}
