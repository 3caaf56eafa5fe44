import { Pump } from "#post";
import { type Clock, type Database, type Logger, MOVE_LIMITS, type Timers } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";

/** What looking after cases that lapse needs. */
export interface LapsePumpDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Closes what has lapsed, once a day: a day more or less changes nothing for anybody. */
export function createLapsePump({ clock, logger, store, timers }: LapsePumpDeps): Pump {
  return new Pump({
    name: "lapse",
    turn: async () => {
      const nowMs = clock.now();
      await store.call("lapseCases", { nowMs, limit: MOVE_LIMITS.lapsedCasesMax });
      return { nextAtMs: nowMs + MOVE_LIMITS.lapseEveryMs };
    },
    clock,
    timers,
    onFault: (pump, caught) => logger.error({ err: caught, pump }, "no case was closed"),
  });
}
