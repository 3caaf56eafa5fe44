import { setTimeout as pause } from "node:timers/promises";
import { type Database, type Logger, SEARCH_LIMITS } from "#runtime";
import type { Duty } from "./instances/duty.ts";
import type { GatewayProcedures } from "./store.ts";

/** What the filler works with. */
export interface SearchFillerDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly duty: Duty;
  readonly logger: Logger;
}

/**
 * Makes records found that an earlier version recorded (TP-FIND-4): in short steps beside the work,
 * so that a start takes no longer for many records. A restart goes on where it was.
 */
export class SearchFiller {
  readonly #deps: SearchFillerDeps;
  readonly #stopped = new AbortController();
  #filling: Promise<void> = Promise.resolve();

  constructor(deps: SearchFillerDeps) {
    this.#deps = deps;
  }

  /** Begins; does not wait for the end. */
  start(): void {
    this.#begin();
    this.#deps.duty.onTaken(() => this.#begin());
  }

  #begin(): void {
    this.#filling = this.#filling
      .then(() => this.#fill())
      .catch((caught: unknown) => {
        this.#deps.logger.error({ err: caught }, "older records cannot be made to be found");
      });
  }

  /** Ends after the step under way. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#filling;
  }

  async #fill(): Promise<void> {
    const { duty, store } = this.#deps;
    const { signal } = this.#stopped;
    while (!signal.aborted && duty.isMine) {
      const below = await store.call("fillSearch", { rows: SEARCH_LIMITS.fillRows });
      if (below === 0) return;
      await pause(SEARCH_LIMITS.fillPauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
