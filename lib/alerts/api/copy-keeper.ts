import {
  CHECK_LIMITS,
  type Clock,
  type Database,
  type Lifecycle,
  type Logger,
  type Timers,
} from "#runtime";
import type { ALERT_COPY_PROCEDURES } from "../copy/procedures.ts";

/** What keeps the copy's age is built from. */
export interface CopyKeeperDeps {
  readonly store: Pick<Database<typeof ALERT_COPY_PROCEDURES>, "call">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Pick<Logger, "warn">;
  readonly lifecycle: Pick<Lifecycle, "add">;
  /** Whether the line to the exchange is up, and messages are taken from it. */
  readonly connected: () => boolean;
  readonly consuming: () => boolean;
}

/** Starts a {@link CopyKeeper} that stops with its service. */
export function startCopyKeeper(deps: CopyKeeperDeps): void {
  const keeper = new CopyKeeper(deps);
  keeper.start();
  deps.lifecycle.add({ name: "alert copy", stop: async () => keeper.stop() });
}

/**
 * Notes again and again that the copy is what the exchange has, while the line is up
 * (TP-CHECK-6). A line that has just come back has a backlog to bring, so it must have been up at
 * the last look, too.
 */
class CopyKeeper {
  readonly #deps: CopyKeeperDeps;
  #wasUp = false;
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(deps: CopyKeeperDeps) {
    this.#deps = deps;
  }

  /** Begins to look. */
  start(): void {
    this.#next();
  }

  /** Looks no more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #next(): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.timers.after(CHECK_LIMITS.currentEveryMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock, connected, consuming, logger, store } = this.#deps;
    const isNow = connected() && consuming();
    try {
      if (isNow && this.#wasUp) await store.call("noteCopyCurrent", { nowMs: clock.now() });
    } catch (caught) {
      logger.warn({ err: caught }, "the age of the alerts could not be noted");
    }
    this.#wasUp = isNow;
    this.#next();
  }
}
