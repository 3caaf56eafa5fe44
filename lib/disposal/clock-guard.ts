import { type Clock, type Database, DISPOSAL_LIMITS, type Transaction } from "#runtime";
import type { noteTime } from "./disposal-runs.ts";

/** What the guard asks of a store. */
export type ClockProcedures = {
  noteTime: typeof noteTime;
  /** The time noted last, or else known some other way; 0: none. */
  timeSeen: (tx: Transaction) => Promise<number>;
};

/**
 * Sees whether the clock has jumped by more than a day (TP-DISP-6). While the process runs, the
 * clock is held against one that only counts on; over a stop, against when the time was last
 * noted: nobody here can tell a clock that jumped from a long stop, so a person is asked. What is
 * recorded after the jump, and jumps in small steps, do not hide it.
 */
export class ClockGuard {
  readonly #store: Pick<Database<ClockProcedures>, "call">;
  readonly #clock: Clock;
  /** Milliseconds that count on whatever the clock is set to. */
  readonly #elapsedMs: () => number;
  #trusted: { readonly atMs: number; readonly elapsedMs: number } | undefined;

  constructor(deps: {
    readonly store: Pick<Database<ClockProcedures>, "call">;
    readonly clock: Clock;
    readonly elapsedMs?: (() => number) | undefined;
  }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#elapsedMs = deps.elapsedMs ?? (() => performance.now());
  }

  /** Whether the time of now does not follow from the one trusted last. Notes it when it does. */
  async hasJumped(): Promise<boolean> {
    const nowMs = this.#clock.now();
    this.#trusted ??= { atMs: await this.#lastSeen(nowMs), elapsedMs: this.#elapsedMs() };
    const { atMs, elapsedMs } = this.#trusted;
    if (isFar(nowMs - atMs - (this.#elapsedMs() - elapsedMs))) return true;
    await this.#store.call("noteTime", { nowMs });
    return false;
  }

  /** Takes the time of now for right: two people say so. */
  async trust(): Promise<void> {
    const nowMs = this.#clock.now();
    this.#trusted = { atMs: nowMs, elapsedMs: this.#elapsedMs() };
    await this.#store.call("noteTime", { nowMs });
  }

  /** The time noted before the stop; entries may be later than the jump, so they come second. */
  async #lastSeen(nowMs: number): Promise<number> {
    return (await this.#store.call("timeSeen", undefined)) || nowMs;
  }
}

function isFar(byMs: number): boolean {
  return Math.abs(byMs) > DISPOSAL_LIMITS.clockJumpMs;
}
