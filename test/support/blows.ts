import { setTimeout as pause } from "node:timers/promises";
import type { CrashPoint } from "#runtime";
import type { ExchangeEvent, RunningExchange, StartOptions } from "../../deploy/local/index.ts";

/** Starts of a struck process before something else must be wrong with it. */
const STARTS_MAX = 4;
const WAIT_MS_MAX = 60_000;

/** Ends processes of a running exchange by kill -9 at named points, and brings each one back. */
export class Blows {
  #armed: { name: string; text: string } | undefined;
  #running: RunningExchange | undefined;
  #ended = 0;

  /** How an exchange is started that is to be struck. */
  get options(): Pick<StartOptions, "env" | "onEvent" | "restartCrashed" | "tuning"> {
    return {
      env: (name) => this.#environmentOf(name),
      onEvent: (event) => this.#note(event),
      // The supervisor gives a process up that crashes again and again, as these do; here the test
      // brings each one back.
      restartCrashed: false,
      tuning: { resendFirstMs: 400, logLevel: "warn" },
    };
  }

  /** The exchange that was started with {@link options}. */
  set exchange(running: RunningExchange) {
    this.#running = running;
  }

  /** Processes that ended without being asked to. */
  get ended(): number {
    return this.#ended;
  }

  /** Starts the process that passes a point again, with the blow armed in it. */
  async arm(point: CrashPoint, passing: number, owner: string, victim = owner): Promise<void> {
    const running = this.#exchange;
    // What the last strike ended may still be coming back: then it has no pid to aim at.
    await Promise.all([owner, victim].map((name) => running.process(name).waitReady()));
    const pid = victim === owner ? "" : `:${running.process(victim).pid}`;
    this.#armed = { name: owner, text: `${point}:${passing}${pid}` };
    await running
      .process(owner)
      .restart()
      .catch(() => this.#revive(owner));
  }

  /** Arms a blow for an act, does it, and waits until it has fallen and its victim is back. */
  async during(
    point: CrashPoint,
    passing: number,
    owner: string,
    act: () => Promise<void>,
  ): Promise<void> {
    const before = this.#ended;
    await this.arm(point, passing, owner);
    await act();
    const deadline = Date.now() + WAIT_MS_MAX;
    while (this.#ended === before) {
      if (Date.now() > deadline) throw new TypeError(`nothing was struck at ${point} of ${owner}`);
      await pause(50);
    }
    await this.#exchange.process(owner).waitReady();
  }

  get #exchange(): RunningExchange {
    if (this.#running === undefined) throw new TypeError("the exchange is not started");
    return this.#running;
  }

  /** Armed once: when a struck process comes back, it comes back whole. */
  #environmentOf(name: string): Record<string, string> {
    if (this.#armed?.name !== name) return {};
    const { text } = this.#armed;
    this.#armed = undefined;
    return { TRACEPOST_CRASH_AT: text };
  }

  #note(event: ExchangeEvent): void {
    if (event.type !== "exited" || event.expected) return;
    this.#ended += 1;
    void this.#revive(event.name);
  }

  /** A process may be struck before it is ready: what waits for it comes at once. */
  async #revive(name: string): Promise<void> {
    for (let attempt = 1; attempt <= STARTS_MAX; attempt += 1) {
      try {
        await this.#exchange.process(name).start();
        return;
      } catch (caught) {
        if (attempt === STARTS_MAX) throw caught;
      }
    }
  }
}
