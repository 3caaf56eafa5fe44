/**
 * Does a piece of work from time to time, never twice at once, until it is stopped. The work never
 * throws: it says itself what goes wrong. Rounds do not keep a process alive.
 */
export class Rounds {
  readonly #work: () => Promise<void>;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

  constructor(everyMs: number, work: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#work = work;
  }

  /** Begins; the first round is when the time has passed once. */
  start(): void {
    this.#timer = setInterval(() => this.now(), this.#everyMs);
    this.#timer.unref();
  }

  /** Begins a round, unless one is under way; does not wait for its end. */
  now(): void {
    this.#round ??= this.#work().finally(() => {
      this.#round = undefined;
    });
  }

  /** Ends after the round that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }
}
