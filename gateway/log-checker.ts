import { setTimeout as pause } from "node:timers/promises";
import type { ReadPosition } from "#message-log";
import { type Clock, type Database, LOG_LIMITS, type Logger, Rounds } from "#runtime";
import type { Duty } from "./instances/duty.ts";
import type { GatewayProcedures } from "./store.ts";

/** What the running check works with. */
export interface LogCheckerDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly duty: Duty;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Compares records with the log while the gateway works (TP-LOG-15): at the start what came since
 * the last check, then on a schedule, and everything again once a day. Short reads with pauses
 * between them; what is found becomes an operator event and changes nothing.
 */
export class LogChecker {
  readonly #deps: LogCheckerDeps;
  readonly #stopped = new AbortController();
  readonly #rounds = new Rounds(LOG_LIMITS.checkPeriodMs, () => this.check());

  constructor(deps: LogCheckerDeps) {
    this.#deps = deps;
  }

  /** Begins; does not wait for the first check. */
  start(): void {
    this.#rounds.now();
    this.#deps.duty.onTaken(() => this.#rounds.now());
    this.#rounds.start();
  }

  /** Ends after the read that is under way; the next start goes on from the last whole check. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#rounds.stop();
  }

  /** One check up to the newest entry. Never throws: a store that cannot be read is said. */
  async check(): Promise<void> {
    const { clock, duty, logger, store } = this.#deps;
    if (!duty.isMine) return;
    try {
      const kept = await store.call("loadLogCheck", undefined);
      const nowMs = clock.now();
      const isWhole = kept === null || nowMs - kept.wholeAtMs >= LOG_LIMITS.checkWholeMs;
      const found = await this.#read(isWhole ? null : kept.position);
      if (found === undefined) return;
      for (const problem of found.problems) {
        logger.error({ problem }, "records and log differ: keep the data folder as it is");
      }
      const wholeAtMs = isWhole ? nowMs : kept.wholeAtMs;
      await store.call("keepLogCheck", { ...found, checkedAtMs: clock.now(), wholeAtMs });
    } catch (caught) {
      logger.error({ err: caught }, "the log could not be checked; it is tried again");
    }
  }

  /** Undefined when the gateway stops, or loses the duty, before the end. */
  async #read(
    from: ReadPosition | null,
  ): Promise<{ position: ReadPosition; problems: string[] } | undefined> {
    const problems: string[] = [];
    let position = from;
    while (!this.#stopped.signal.aborted && this.#deps.duty.isMine) {
      const args = { from: position, entries: LOG_LIMITS.checkPageEntries };
      const page = await this.#deps.store.call("checkLog", args);
      const room = LOG_LIMITS.problemsMax - problems.length;
      const unsaid = page.problems.filter((one) => !problems.includes(one));
      problems.push(...unsaid.slice(0, Math.max(0, room)));
      position = page.position;
      if (page.isDone) return { position: page.position, problems };
      await pause(LOG_LIMITS.checkPauseMs, undefined, { signal: this.#stopped.signal }).catch(
        () => undefined,
      );
    }
    return undefined;
  }
}
