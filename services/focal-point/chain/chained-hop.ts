import { type ChainedHop, trailOf } from "#casework";
import { TraceReply, TraceRequest } from "#proto";
import type { StoredHop } from "./load-chain.ts";

/** A hop as the rules of chains take it. */
export function chainedHop({ hop, previousRequestId, record, requestId }: StoredHop): ChainedHop {
  const request = TraceRequest.decode(record.request);
  const reply = record.reply === null ? undefined : TraceReply.decode(record.reply);
  const trail = trailOf(reply);
  return {
    caseId: record.caseId,
    requestId,
    previousRequestId,
    hop,
    requestingState: request.requestingState,
    requestedState: request.requestedState,
    offExchange: record.offExchange,
    nextStates: trail.nextStates,
    trail,
    isAnswered: record.outcome !== null || trail.nextStates.length > 0,
  };
}
