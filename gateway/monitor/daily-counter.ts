import { setTimeout as pause } from "node:timers/promises";
import type { RecordCount } from "#proto";
import {
  type Clock,
  type Database,
  LOG_LIMITS,
  type Logger,
  passCrashPoint,
  Rounds,
} from "#runtime";
import {
  countRecordsOf,
  dayBeginsMs,
  disclosurePolicy,
  monitorEventsDigest,
  sumRecordCounts,
} from "#statistics";
import type { CurrentRegister } from "#trust";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { Duty } from "../instances/duty.ts";
import type { CountedDay } from "../store/counts/count-day.ts";
import type { FedPortion } from "../store/counts/fed-of-day.ts";
import type { FedShare } from "../store/counts/keep-counts.ts";
import type { GatewayProcedures } from "../store.ts";

/** What the daily counts work with. */
export interface DailyCounterDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  readonly register: Pick<CurrentRegister, "view">;
  readonly duty: Pick<Duty, "isMine">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Counts the records of each day in UTC once it is over, and logs that (TP-COUNT-1): at the start
 * the days that were missed, then within a minute after each midnight.
 */
export class DailyCounter {
  readonly #deps: DailyCounterDeps;
  readonly #stopped = new AbortController();
  readonly #rounds = new Rounds(LOG_LIMITS.countsPeriodMs, () => this.#round());

  constructor(deps: DailyCounterDeps) {
    this.#deps = deps;
  }

  /** Begins; does not wait for what was missed. */
  start(): void {
    this.#rounds.start();
    this.#rounds.now();
  }

  /** Ends after the step that is under way; what is not kept is counted anew after a start. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#rounds.stop();
  }

  /** Counts every day that is over; answers how many were. */
  async count(): Promise<number> {
    const { clock, store } = this.#deps;
    let days = 0;
    while (this.#isToGoOn) {
      const due = await store.call("dayToCount", { nowMs: clock.now() });
      if (due === null) break;
      const monitors = this.#monitorsOn(due);
      // What they are told agrees with what they were fed: the feed comes first.
      if (monitors.length > 0 && !(await store.call("isDayFed", due))) break;
      if (await this.#countDay(due, monitors)) days += 1;
    }
    return days;
  }

  get #isToGoOn(): boolean {
    return this.#deps.duty.isMine && !this.#stopped.signal.aborted;
  }

  /** Who stood for a body at the end of a day, by the register of today. */
  #monitorsOn({ day }: CountedDay): string[] {
    const { bodies, monitorsOf } = disclosurePolicy(
      this.#deps.register.view(),
      dayBeginsMs(day + 1) - 1,
    );
    return [...new Set(bodies.flatMap(monitorsOf))].toSorted();
  }

  /** Whether it is in the log now; not where another has counted meanwhile, or this one ends. */
  async #countDay(due: CountedDay, monitors: readonly string[]): Promise<boolean> {
    const { checkpoints, clock, register, store } = this.#deps;
    const counts = await countRecordsOf(
      due,
      (portion) => store.call("countRecords", portion),
      (isAfterAnother) => this.#mayStep(isAfterAnother),
    );
    const fed: FedShare[] = [];
    for (const monitor of monitors) {
      const share = await this.#fedTo(monitor, due);
      if (share !== undefined) fed.push(share);
    }
    if (counts === undefined || fed.length < monitors.length) return false;
    const registerVersion = Number(register.view().version);
    const kept = { ...due, counts, fed, nowMs: clock.now(), registerVersion };
    passCrashPoint("gateway.day-counted");
    const head = await store.call("keepDailyCounts", kept);
    if (head === null) return false;
    passCrashPoint("gateway.counts-kept");
    checkpoints.note(head);
    return true;
  }

  /** What a monitor was fed, in short steps too; undefined: not to the end. */
  async #fedTo(monitor: string, due: CountedDay): Promise<FedShare | undefined> {
    const digests: Uint8Array[] = [];
    let counts: RecordCount[] = [];
    for (let after: number | null = 0; after !== null; ) {
      if (!(await this.#mayStep(after > 0))) return undefined;
      const page = { ...due, monitor, after, limit: LOG_LIMITS.countFeeds };
      const portion: FedPortion = await this.#deps.store.call("fedOfDay", page);
      digests.push(portion.digests);
      counts = sumRecordCounts([...counts, ...portion.counts]);
      after = portion.next;
    }
    const events = counts.reduce((sum, { records }) => sum + records, 0n);
    return { monitor, counts, events, eventsDigest: monitorEventsDigest(digests) };
  }

  /** Whether another step may be taken, after a pause where it is not the first. */
  async #mayStep(isAfterAnother: boolean): Promise<boolean> {
    const { signal } = this.#stopped;
    if (isAfterAnother) {
      await pause(LOG_LIMITS.countPauseMs, undefined, { signal }).catch(() => undefined);
    }
    return this.#isToGoOn;
  }

  async #round(): Promise<void> {
    try {
      await this.count();
    } catch (caught) {
      this.#deps.logger.error({ err: caught }, "the records of a day could not be counted");
    }
  }
}
