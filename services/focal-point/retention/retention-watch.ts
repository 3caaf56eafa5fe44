import { Pump } from "#post";
import { openSchedule, parseScheduleFile } from "#records";
import { type Clock, type Database, type Logger, RECORDS_LIMITS, type Timers } from "#runtime";
import { majorityOf, type RegisterClient } from "#trust";
import type { RETENTION_PROCEDURES } from "./retention-record.ts";

/** What retention at a focal point works with. */
export interface RetentionDeps {
  readonly store: Pick<Database<typeof RETENTION_PROCEDURES>, "call">;
  /** Root keys that sign schedules. */
  readonly roots: Pick<RegisterClient, "rootKeys">;
  /** The schedule file of a version, by default the newest; undefined when none is to be had. */
  readonly fetch: ((version?: number) => Promise<Uint8Array | undefined>) | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
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

/** Takes the versions after the one it has; what does not verify changes nothing. */
async function followSchedule(deps: RetentionDeps): Promise<void> {
  const { fetch, logger, store } = deps;
  if (fetch === undefined) return;
  const own = (await store.call("takenSchedules", undefined)).at(-1)?.version ?? 0;
  const newest = await fetch().catch((caught: unknown) => {
    logger.debug({ err: caught }, "no retention schedule could be fetched");
    return undefined;
  });
  const file = newest && parseScheduleFile(newest);
  if (newest === undefined || !file?.ok) return;
  const last = Number(file.value.version.version);
  const first = Math.max(own + 1, last - RECORDS_LIMITS.versionsFetchedMax);
  for (let version = first; version < last; version += 1) {
    const between = await fetch(version).catch(() => undefined);
    if (between !== undefined) await take(deps, between, version);
  }
  if (last > own) await take(deps, newest, last);
}

async function take(
  { clock, logger, roots, store }: RetentionDeps,
  schedule: Uint8Array,
  version: number,
): Promise<void> {
  const opened = openSchedule(schedule, majorityOf(roots.rootKeys));
  if (!opened.ok || opened.value.schedule.version !== version) {
    const { code, field } = opened.ok ? { code: "MALFORMED", field: "version" } : opened.refusal;
    logger.error({ code, field, version }, "a retention schedule of the exchange is refused");
    return;
  }
  const isTaken = await store.call("takeSchedule", { version, schedule, nowMs: clock.now() });
  if (isTaken) logger.info({ version }, "the retention schedule is in force");
}
