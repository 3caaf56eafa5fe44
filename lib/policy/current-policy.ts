import { TracepostError } from "#errors";
import type { RoutingPolicy } from "./routing-policy.ts";

/**
 * The policy in force, which changes while the process runs (TP-POLICY-5). Whoever decides asks for
 * it once for each batch, and keeps it no longer. It verifies and stores nothing.
 */
export class CurrentPolicy {
  #policy: RoutingPolicy;

  constructor(first: RoutingPolicy) {
    this.#policy = first;
  }

  /** The policy in force. */
  view(): RoutingPolicy {
    return this.#policy;
  }

  /** Puts a version into force. Throws TracepostError INTERNAL for one that is not newer. */
  replace(next: RoutingPolicy): void {
    if (next.version <= this.#policy.version) {
      const order = `${next.version} after ${this.#policy.version}`;
      throw new TracepostError("INTERNAL", `the policy never goes back: ${order}`);
    }
    this.#policy = next;
  }
}
