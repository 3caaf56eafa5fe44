import { setTimeout as pause } from "node:timers/promises";
import type { RecordCount } from "#proto";
import { type Clock, type Database, LOG_LIMITS, type Logger, Rounds } from "#runtime";
import { disclosurePolicy, sumRecordCounts } from "#statistics";
import type { CurrentRegister } from "#trust";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { Duty } from "../instances/duty.ts";
import type { CountedDay } from "../store/counts/count-day.ts";
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
      const counts = await this.#recordsOf(due);
      if (counts !== undefined && (await this.#keep(due, counts))) days += 1;
    }
    return days;
  }

  get #isToGoOn(): boolean {
    return this.#deps.duty.isMine && !this.#stopped.signal.aborted;
  }

  /** Counts in short steps with pauses between them; undefined: not to the end. */
  async #recordsOf({ end, first }: CountedDay): Promise<RecordCount[] | undefined> {
    const { store } = this.#deps;
    const { signal } = this.#stopped;
    let counts: RecordCount[] = [];
    for (let next = first; next < end; ) {
      if (!this.#isToGoOn) return undefined;
      const limit = LOG_LIMITS.countRecords;
      const portion = await store.call("countRecords", { first: next, end, limit });
      counts = sumRecordCounts([...counts, ...portion.counts]);
      next = portion.next;
      if (next < end) {
        await pause(LOG_LIMITS.countPauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return counts;
  }

  /** Whether they are in the log now; not where another has counted meanwhile. */
  async #keep(due: CountedDay, counts: readonly RecordCount[]): Promise<boolean> {
    const { checkpoints, clock, register, store } = this.#deps;
    const nowMs = clock.now();
    const view = register.view();
    const { bodies, monitorsOf } = disclosurePolicy(view, nowMs);
    const monitors = [...new Set(bodies.flatMap(monitorsOf))].toSorted();
    const registerVersion = Number(view.version);
    const kept = { ...due, counts, monitors, nowMs, registerVersion };
    const head = await store.call("keepDailyCounts", kept);
    if (head === null) return false;
    checkpoints.note(head);
    return true;
  }

  async #round(): Promise<void> {
    try {
      await this.count();
    } catch (caught) {
      this.#deps.logger.error({ err: caught }, "the records of a day could not be counted");
    }
  }
}
