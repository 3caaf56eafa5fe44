import type { Finding } from "#proto";
import { FindingList } from "../finding-list.ts";

/** A request of a chain, as far as the next one depends on it. */
export interface EarlierHop {
  readonly requestId: string;
  /** Empty on the first. */
  readonly previousRequestId: string;
  readonly hop: number;
  readonly requestedState: string;
  /** Where its answer leads; empty when it leads nowhere, or there is none. */
  readonly nextStates: readonly string[];
}

/** The request that is about to go out. */
export interface NextHop {
  readonly previousRequestId: string;
  readonly hopNumber: number;
  readonly requestedState: string;
}

/**
 * Checks a request against the chain it goes on with (TP-CHAIN-5, domain notes 2.4): it follows a
 * request that is known here, by one hop, and asks a State that was not asked before on the way.
 * That the answer before leads elsewhere (`chainGap`) is told, and may be on purpose.
 */
export function checkNextHop(chain: readonly EarlierHop[], next: NextHop): Finding[] {
  const found = new FindingList();
  if (next.previousRequestId === "") return found.all();
  const byId = new Map(chain.map((hop) => [hop.requestId, hop]));
  const before = byId.get(next.previousRequestId);
  found.demand(before !== undefined, "previous_request_id", "unknownRequest");
  if (before === undefined) return found.all();
  found.demand(next.hopNumber === before.hop + 1, "hop_number", "notTheNext");
  const asked = wayTo(before, byId).map(({ requestedState }) => requestedState);
  found.demand(!asked.includes(next.requestedState), "requested_state", "askedBefore");
  const { nextStates } = before;
  const leadsThere = nextStates.length === 0 || nextStates.includes(next.requestedState);
  found.demand(leadsThere, "requested_state", "chainGap", "WARNING");
  return found.all();
}

/** The hops that lead to one, itself included, the first one first. */
export function wayTo<H extends EarlierHop>(hop: H, byId: ReadonlyMap<string, H>): H[] {
  const way: H[] = [];
  const seen = new Set<string>();
  for (let at: H | undefined = hop; at !== undefined && !seen.has(at.requestId); ) {
    seen.add(at.requestId);
    way.unshift(at);
    at = byId.get(at.previousRequestId);
  }
  return way;
}
