import type { Clock, Timers } from "#runtime";

/** A clock and timers that run faster than the machine's, so that waits of minutes take seconds. */
export interface FastTime extends Clock, Timers {}

/** Time that passes `factor` times as fast as real time, from now on. */
export function createFastTime(factor: number): FastTime {
  const startedAt = performance.now();
  const epoch = Date.now();
  return {
    now: () => Math.floor(epoch + (performance.now() - startedAt) * factor),
    after(delayMs, task) {
      const timer = setTimeout(task, Math.min(delayMs / factor, 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
  };
}
