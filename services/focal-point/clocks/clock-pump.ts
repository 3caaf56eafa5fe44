import { Pump } from "#post";
import { CLOCK_LIMITS, type Clock, type Database, type Logger, type Timers } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";

/** What reckoning clocks needs. */
export interface ClockPumpDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Reckons the clocks of cases that moved. To be woken after every write of the store. */
export function createClockPump({ store, clock, timers, logger }: ClockPumpDeps): Pump {
  const limit = CLOCK_LIMITS.batchCasesMax;
  return new Pump({
    name: "clocks",
    turn: async () => {
      if (!(await store.call("hasUnsettledClocks", undefined))) return {};
      return { more: (await store.call("settleClocks", { limit })) === limit };
    },
    clock,
    timers,
    onFault: (pump, caught) => logger.error({ err: caught, pump }, "clocks were not reckoned"),
  });
}
