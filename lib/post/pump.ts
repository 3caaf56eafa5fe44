import { type Clock, POST_LIMITS, type Timers } from "#runtime";

/** What a turn of a pump left behind. */
export interface PumpTurn {
  /** More is due right now. */
  readonly more?: boolean;
  /** Earliest time something becomes due, milliseconds since 1970. */
  readonly nextAtMs?: number | undefined;
}

/** What a pump is made of. */
export interface PumpOptions {
  readonly name: string;
  /** Does what is due. Must bound how much it does in one turn. */
  readonly turn: () => Promise<PumpTurn>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Told of every fault; the pump goes on after a wait that doubles. */
  readonly onFault: (pump: string, caught: unknown) => void;
}

/**
 * Repeats a piece of work whenever there is something to do: woken by new work or by the next due
 * time, never by polling (TP-POST-19). One turn runs at a time.
 */
export class Pump {
  readonly #options: PumpOptions;
  #running: Promise<void> | undefined;
  #stopped = false;
  #woken = false;
  #faults = 0;
  #rouse: (() => void) | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Starts turning. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Says that there is new work. Ignored while a fault is being waited out. */
  wake(): void {
    this.#woken = true;
    if (this.#faults === 0) this.#rouse?.();
  }

  /** Finishes the turn under way and ends. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rouse?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      let turn: PumpTurn;
      try {
        turn = await this.#options.turn();
        this.#faults = 0;
      } catch (caught) {
        this.#options.onFault(this.#options.name, caught);
        turn = { nextAtMs: this.#options.clock.now() + this.#nextFaultWaitMs() };
      }
      const due = turn.more === true || (this.#woken && this.#faults === 0);
      if (!due && !this.#stopped) await this.#rest(turn.nextAtMs);
    }
  }

  #nextFaultWaitMs(): number {
    const waitMs = POST_LIMITS.retryFirstMs * 2 ** Math.min(this.#faults, 16);
    this.#faults += 1;
    return Math.min(waitMs, POST_LIMITS.retryMaxMs);
  }

  async #rest(nextAtMs: number | undefined): Promise<void> {
    const { clock, timers } = this.#options;
    await new Promise<void>((resolve) => {
      let callOff = (): void => {};
      const end = (): void => {
        this.#rouse = undefined;
        callOff();
        resolve();
      };
      this.#rouse = end;
      if (nextAtMs !== undefined) callOff = timers.after(Math.max(0, nextAtMs - clock.now()), end);
    });
  }
}
