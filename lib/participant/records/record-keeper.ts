import { DisposalClerk } from "#disposal";
import { addDisposalRoutes, addHoldRoutes } from "#disposal-api";
import type { HttpRoutes } from "#http";
import { Pump } from "#post";
import {
  type Clock,
  type Database,
  type Lifecycle,
  type Logger,
  RECORDS_LIMITS,
  type Timers,
} from "#runtime";
import type { RegisterView } from "#trust";
import type { MessageSigner } from "#wire";
import { followSchedule, type ScheduleDeps } from "./follow-schedule.ts";
import type { RecordProcedures } from "./record-procedures.ts";

/** What the records of a participant are looked after with. */
export interface RecordKeeperDeps {
  readonly store: Database<RecordProcedures>;
  readonly self: { readonly participant: string };
  readonly register: () => RegisterView;
  /** Signs certificates with the newest key of this participant for headers. */
  readonly disposalSigner: () => MessageSigner;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  /** Removes files that nothing names any more. */
  readonly removeFiles?: () => Promise<void>;
  /** Counts on whatever the clock is set to; default: of the process. */
  readonly elapsedMs?: () => number;
}

/**
 * Looks after what a participant keeps: reckons what is due, disposes of it when people say so, and
 * has their holds (TP-PREC-1). Everything is asked for at the door of the service.
 */
export class RecordKeeper {
  readonly #deps: RecordKeeperDeps;
  readonly #clerk: DisposalClerk;

  constructor(deps: RecordKeeperDeps) {
    this.#deps = deps;
    const { clock, disposalSigner: signer, elapsedMs, logger, removeFiles, store } = deps;
    this.#clerk = new DisposalClerk({
      ...{ store, clock, logger, signer, where: "participant" },
      ...(removeFiles === undefined ? {} : { removeFiles }),
      ...(elapsedMs === undefined ? {} : { elapsedMs }),
      disposeBatch: (wish) => store.call("disposeBatch", wish),
    });
  }

  /** Begins; it ends with the service. */
  async start(): Promise<void> {
    const { lifecycle, self, store } = this.#deps;
    await store.call("noteKeeper", { participant: self.participant });
    this.#clerk.start();
    lifecycle.add({ name: "disposal of records", stop: () => this.#clerk.stop() });
  }

  /** Settles when nothing is being disposed of. */
  async idle(): Promise<void> {
    await this.#clerk.idle();
  }

  /** Adds the routes of disposal and of legal holds. */
  addRoutes(routes: HttpRoutes): void {
    const { clock, logger, register, store } = this.#deps;
    addDisposalRoutes(routes, { store, clock, logger, clerk: this.#clerk });
    addHoldRoutes(routes, { store, clock, register, where: "participant" });
  }
}

/** Looks every day for a newer schedule, where nothing else does (TP-RET-10). */
export function createScheduleWatch(deps: ScheduleDeps & { readonly timers: Timers }): Pump {
  const { clock, logger, timers } = deps;
  return new Pump({
    name: "retention schedule",
    turn: async () => {
      await followSchedule(deps);
      return { nextAtMs: clock.now() + RECORDS_LIMITS.endEveryMs };
    },
    clock,
    timers,
    onFault: (pump, caught) => logger.error({ err: caught, pump }, "the schedule is not followed"),
  });
}
