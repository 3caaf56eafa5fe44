import { type Clock, type Database, type Logger, SEARCH_LIMITS } from "#runtime";
import type { CurrentRegister } from "#trust";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { GatewayProcedures } from "./store.ts";

/** What the keeper of the audit trail works with. */
export interface AuditKeeperDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  readonly register: Pick<CurrentRegister, "view">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Puts what persons did with records into the log, a batch at a time (TP-AUDIT-2): at the start
 * what a crash left, then every minute in which somebody did something, and when the gateway stops.
 */
export class AuditKeeper {
  readonly #deps: AuditKeeperDeps;
  #timer: NodeJS.Timeout | undefined;
  #sealing: Promise<void> = Promise.resolve();

  constructor(deps: AuditKeeperDeps) {
    this.#deps = deps;
  }

  /** Begins; does not wait for the first batch. */
  start(): void {
    this.#later();
    this.#timer = setInterval(() => this.#later(), SEARCH_LIMITS.actsPeriodMs);
    this.#timer.unref();
  }

  /** Seals what is left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#later();
    await this.#sealing;
  }

  #later(): void {
    this.#sealing = this.#sealing
      .then(() => this.seal())
      .catch((caught: unknown) => {
        this.#deps.logger.error({ err: caught }, "the audit trail could not be logged");
      });
  }

  /** Seals every act there is. */
  async seal(): Promise<void> {
    const { checkpoints, clock, register, store } = this.#deps;
    for (let more = true; more; ) {
      const registerVersion = Number(register.view().version);
      const sealed = await store.call("sealActs", { nowMs: clock.now(), registerVersion });
      if (sealed !== null) checkpoints.note(sealed.head);
      more = sealed?.more ?? false;
    }
  }
}
