/** Ctrl-C, as the steps of the scenario see it. */
export interface StopSignal {
  /** Aborted once somebody asked to stop. */
  readonly signal: AbortSignal;
  /** Resolves once somebody asked to stop. */
  readonly asked: Promise<void>;
  /** Listens no longer. */
  release(): void;
}

/**
 * Listens for SIGINT and SIGTERM. The first asks to stop in order; any other only says that it is
 * under way, because a hard end would leave the rest to the next start.
 */
export function listenForStop(say: (line: string) => void): StopSignal {
  const controller = new AbortController();
  const asked = new Promise<void>((resolve) => {
    controller.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      say("Already stopping; what is under way is being finished.");
      return;
    }
    say("Stopping: finishing what is under way, then closing everything.");
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    asked,
    release() {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
