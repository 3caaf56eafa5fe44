import { createSigner, PAYLOAD_TYPES } from "#trust";
import { DisposalClerk } from "../../gateway/disposal/disposal-clerk.ts";
import type { GatewayBench } from "./gateway-bench.ts";
import type { Parties } from "./parties.ts";

/** The clerk of a bench; its clock and the one that counts on are those of the bench. */
export function disposalClerk(
  bench: GatewayBench,
  parties: Parties,
  elapsedMs = (): number => bench.nowMs,
): DisposalClerk {
  const { checkpoints, clock, logger, register, store } = bench;
  const signer = createSigner(parties.receiptKey, PAYLOAD_TYPES.disposal);
  const pauseMs = 0;
  return new DisposalClerk({
    ...{ checkpoints, clock, logger, register, store, signer, elapsedMs, pauseMs },
  });
}
