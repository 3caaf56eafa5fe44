import { type ChainedHop, type ChainStory, chainStory, nameOf } from "#casework";
import { CustodyEventKind } from "#proto";
import { stateName } from "#reference";
import { chainedHop } from "./chained-hop.ts";
import type { StoredHop } from "./load-chain.ts";

/** A chain as JSON: hops, what hangs together, timeline and graph (TP-CHAIN-6). */
export function chainView(chainId: string, hops: readonly StoredHop[]) {
  const chained = hops.map(chainedHop);
  const { cycles, edges, gaps, next, nodes, ok, tooLong } = chainStory(chained);
  return {
    chainId,
    ok,
    gaps,
    cycles,
    tooLong,
    ...nextView(next),
    hops: hops.map((hop, index) => hopView(hop, chained[index] ?? chainedHop(hop))),
    timeline: timelineOf(hops, chained),
    graph: { nodes, edges },
  };
}

function nextView(next: ChainStory["next"]) {
  return "end" in next ? { end: next.end } : { next };
}

function hopView({ record, requestId }: StoredHop, hop: ChainedHop) {
  return {
    hop: hop.hop,
    caseId: hop.caseId,
    requestId,
    previousRequestId: hop.previousRequestId || undefined,
    requestingState: hop.requestingState,
    requestedState: hop.requestedState,
    name: stateName(hop.requestedState),
    peer: record.peer,
    role: record.role,
    offExchange: hop.offExchange,
    state: record.state,
    outcome: record.outcome ?? undefined,
    exportedTo: hop.nextStates[0],
    exportedOn: hop.trail.exportedOn,
    importedFrom: hop.trail.importedFrom,
    openedAt: new Date(record.openedAtMs).toISOString(),
    updatedAt: new Date(record.updatedAtMs).toISOString(),
  };
}

/** The firearm's way as answers tell it, and what was done in each case, in the order of time. */
function timelineOf(hops: readonly StoredHop[], chained: readonly ChainedHop[]) {
  const entries = hops.flatMap((stored, index) => {
    const { caseId } = stored.record;
    const { hop, requestedState: saidBy, trail } = chained[index] ?? chainedHop(stored);
    const custody = trail.custodyEvents.map((event) => ({
      at: event.date,
      kind: "CUSTODY" as const,
      hop,
      caseId,
      event: nameOf(CustodyEventKind, event.kind) ?? "",
      fromState: event.fromState || undefined,
      toState: event.toState || undefined,
      saidBy,
    }));
    const done = stored.events.map(({ detail, event, nowMs, state }) => ({
      at: new Date(nowMs).toISOString(),
      kind: "CASE" as const,
      hop,
      caseId,
      event,
      state,
      detail: detail || undefined,
    }));
    return [...custody, ...done];
  });
  return entries.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.hop - b.hop));
}
