import { openSchedule, parseScheduleFile } from "#records";
import { type Clock, type Database, type Logger, RECORDS_LIMITS } from "#runtime";
import { majorityOf, type RegisterClient } from "#trust";
import type { SCHEDULE_PROCEDURES } from "./schedules.ts";

/** What following the schedule works with. */
export interface ScheduleDeps {
  readonly store: Pick<Database<typeof SCHEDULE_PROCEDURES>, "call">;
  /** Root keys that sign schedules. */
  readonly roots: Pick<RegisterClient, "rootKeys">;
  /** The schedule file of a version, by default the newest; undefined when none is to be had. */
  readonly fetch: ((version?: number) => Promise<Uint8Array | undefined>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Takes the versions after the one it has; what does not verify changes nothing (TP-RET-10). */
export async function followSchedule(deps: ScheduleDeps): Promise<void> {
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
  { clock, logger, roots, store }: ScheduleDeps,
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
