import { followSchedule, type ScheduleDeps } from "#participant";
import { Pump } from "#post";
import { type Database, RECORDS_LIMITS, type Timers } from "#runtime";
import type { RETENTION_PROCEDURES } from "./retention-record.ts";

/** What retention at a focal point works with. */
export interface RetentionDeps extends ScheduleDeps {
  readonly store: ScheduleDeps["store"] & Pick<Database<typeof RETENTION_PROCEDURES>, "call">;
  readonly timers: Timers;
  /** Milliseconds of a clock that nobody sets. */
  readonly sinceStartMs: () => number;
}

/**
 * Looks from time to time for a newer schedule, and erases personal data whose time is over
 * (TP-RET-10). While the clock of this machine has jumped by more than a day nothing is erased.
 */
export function createRetentionWatch(deps: RetentionDeps): Pump {
  const { clock, logger, sinceStartMs, store, timers } = deps;
  const startedAtMs = clock.now() - sinceStartMs();
  let after: string | undefined;
  return new Pump({
    name: "retention",
    turn: async () => {
      if (after === undefined) await followSchedule(deps);
      const nowMs = clock.now();
      const nextAtMs = nowMs + RECORDS_LIMITS.endEveryMs;
      const jumpedMs = nowMs - startedAtMs - sinceStartMs();
      if (Math.abs(jumpedMs) > RECORDS_LIMITS.clockJumpMs) {
        logger.error({ jumpedMs }, "the clock has jumped: no personal data is ended by it");
        return { nextAtMs };
      }
      const done = await store.call("endPersons", { nowMs, after });
      if (done.ended > 0) logger.info({ ended: done.ended }, "personal data has ended");
      after = done.after ?? undefined;
      return { more: after !== undefined, nextAtMs };
    },
    clock,
    timers,
    onFault: (pump, caught) => logger.error({ err: caught, pump }, "retention did not go on"),
  });
}
