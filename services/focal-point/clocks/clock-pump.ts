import { Pump, type PumpTurn } from "#post";
import { CLOCK_LIMITS, type Clock, type Database, type Logger, type Timers } from "#runtime";
import type { Replier } from "../cases/reply-handling.ts";
import type { FocalPointProcedures } from "../store.ts";

/** What reckoning clocks and reminding needs. */
export interface ClockPumpDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly self: Replier;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Told after a reminder was drafted. */
  readonly onDrafted: () => void;
}

/** A timer cannot wait for longer than some weeks; so long is looked again anyway. */
const LOOK_EVERY_MS = 86_400_000;

/**
 * Reckons the clocks of cases that moved, and sends the reminders that are due. To be woken after
 * every write of the store.
 */
export function createClockPump(deps: ClockPumpDeps): Pump {
  const { store, self, clock, timers, logger, onDrafted } = deps;
  const { batchCasesMax, batchRemindersMax } = CLOCK_LIMITS;
  const turn = async (): Promise<PumpTurn> => {
    if (await store.call("hasUnsettledClocks", undefined)) {
      const settled = await store.call("settleClocks", { limit: batchCasesMax });
      if (settled === batchCasesMax) return { more: true };
    }
    const nowMs = clock.now();
    const due = await store.call("dueReminders", { nowMs, limit: batchRemindersMax });
    for (const caseId of due.caseIds) {
      if (await store.call("remindCase", { caseId, self, nowMs })) onDrafted();
    }
    const nextAtMs = Math.min(due.nextAtMs ?? Infinity, nowMs + LOOK_EVERY_MS);
    return { more: due.caseIds.length === batchRemindersMax, nextAtMs };
  };
  return new Pump({
    name: "clocks",
    turn,
    clock,
    timers,
    onFault: (pump, caught) => logger.error({ err: caught, pump }, "clocks were not reckoned"),
  });
}
