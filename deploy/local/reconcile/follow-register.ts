import { TracepostError } from "#errors";
import { type Clock, PROCESS_LIMITS } from "#runtime";
import type { VerifiedRegister } from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { planLines } from "./plan.ts";
import { reconcileOnce } from "./reconcile-once.ts";
import { reconciledVersion } from "./reconciled-version.ts";

/** What NATS follows the register with. */
export interface NatsFollowerDeps {
  readonly paths: ExchangePaths;
  /** Where the server answers; "" while it does not. */
  readonly natsUrl: () => string;
  /** Says the plan and does nothing. */
  readonly planOnly: boolean;
  readonly say: (text: string) => void;
  readonly clock: Clock;
}

/**
 * Has NATS follow each new version of the register (TP-RUN-11): the plan is said, then done. What
 * does not succeed is tried again, with doubling waits.
 */
export class NatsFollower {
  readonly #deps: NatsFollowerDeps;
  /** Version that NATS follows, or whose plan was said. */
  #done: bigint | undefined;
  #failed = 0;
  #againAtMs = 0;

  constructor(deps: NatsFollowerDeps) {
    this.#deps = deps;
  }

  /** Follows a version, unless NATS does already, or it failed a moment ago. */
  async follow(register: VerifiedRegister): Promise<void> {
    const { clock, natsUrl, paths, planOnly, say } = this.#deps;
    const { version } = register.view;
    const url = natsUrl();
    this.#done ??= await reconciledVersion(paths);
    if (url === "" || version <= this.#done || clock.now() < this.#againAtMs) return;
    try {
      const order = { paths, natsUrl: url, clock, register, planOnly };
      const steps = await reconcileOnce(order, (plan) => {
        for (const line of planLines(plan, version)) say(line);
      });
      if (steps.length > 0) say(planOnly ? "Nothing was done: --plan-only." : "NATS follows it.");
      this.#done = version;
      this.#failed = 0;
    } catch (caught) {
      const waitMs = PROCESS_LIMITS.reconcileAgainMs * 2 ** Math.min(this.#failed, 6);
      this.#failed += 1;
      this.#againAtMs = clock.now() + waitMs;
      const { message, remedy } = TracepostError.from(caught);
      say(`NATS does not follow register version ${version} yet: ${message}. ${remedy}`);
    }
  }
}
