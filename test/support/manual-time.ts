import type { Clock, Timers } from "#runtime";

/** A clock and timers that stand still until they are told to move. */
export class ManualTime implements Clock, Timers {
  #nowMs = Date.now();
  readonly #waiting = new Set<{ readonly atMs: number; readonly task: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    if (delayMs <= 0) {
      const due = setImmediate(task);
      return () => clearImmediate(due);
    }
    const entry = { atMs: this.#nowMs + delayMs, task };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** Lets time pass, and does what fell due in it. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const entry of [...this.#waiting]) {
      if (entry.atMs > this.#nowMs) continue;
      this.#waiting.delete(entry);
      entry.task();
    }
  }
}
