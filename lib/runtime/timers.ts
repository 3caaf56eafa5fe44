/** Waiting, so that tests can move time instead of spending it. */
export interface Timers {
  /** Runs `task` once after `delayMs`; the returned function calls it off. */
  after(delayMs: number, task: () => void): () => void;
}

/** The longest wait a Node timer can hold; longer ones would fire at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** The machine's timers. They do not keep a process alive. */
export const systemTimers: Timers = {
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(Math.max(0, delayMs), DELAY_MS_MAX));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
