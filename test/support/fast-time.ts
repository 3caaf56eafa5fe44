import type { Clock, Timers } from "#runtime";

/** A clock and timers that run faster than the machine's, so that waits of minutes take seconds. */
export interface FastTime extends Clock, Timers {
  /** Lets time pass at once; what falls due meanwhile happens now. */
  skip(ms: number): void;
}

interface Waiting {
  readonly dueAtMs: number;
  readonly task: () => void;
  timer: NodeJS.Timeout;
}

/** Time that passes `factor` times as fast as real time, from now on. */
export function createFastTime(factor: number): FastTime {
  const startedAt = performance.now();
  const epoch = Date.now();
  const waiting = new Set<Waiting>();
  let skippedMs = 0;
  const now = (): number =>
    Math.floor(epoch + skippedMs + (performance.now() - startedAt) * factor);
  const schedule = (dueAtMs: number, end: () => void): NodeJS.Timeout =>
    setTimeout(end, Math.min(Math.max(0, dueAtMs - now()) / factor, 2 ** 31 - 1));
  return {
    now,
    after(delayMs, task) {
      const dueAtMs = now() + delayMs;
      const one: Waiting = { dueAtMs, task, timer: schedule(dueAtMs, () => end()) };
      const end = (): void => {
        waiting.delete(one);
        task();
      };
      waiting.add(one);
      return () => {
        clearTimeout(one.timer);
        waiting.delete(one);
      };
    },
    skip(ms) {
      skippedMs += ms;
      for (const one of waiting) {
        clearTimeout(one.timer);
        one.timer = schedule(one.dueAtMs, () => {
          waiting.delete(one);
          one.task();
        });
      }
    },
  };
}
