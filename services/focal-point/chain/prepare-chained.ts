import { checkNextHop } from "#casework";
import { PersonsBlock, TraceRequest } from "#proto";
import type { Database } from "#runtime";
import type { NewTrace } from "../api/trace-schema.ts";
import { type PreparedTrace, prepareTrace, type TraceContext } from "../cases/prepare-trace.ts";
import type { FocalPointProcedures } from "../store.ts";
import { chainedHop } from "./chained-hop.ts";

/** What preparing a request within its chain needs. */
export interface ChainedContext extends TraceContext {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
}

/**
 * Prepares a request, checks it against the chain it goes on with (TP-CHAIN-5), and asks whether it
 * may pass on what it repeats of others (TP-PERS-17).
 */
export async function prepareChained(
  context: ChainedContext,
  facts: NewTrace,
  nowMs: number,
): Promise<PreparedTrace> {
  const prepared = prepareTrace(context, facts, nowMs);
  const { persons, request } = prepared;
  const { hopNumber, previousRequestId, requestedState } = request;
  if (previousRequestId === "") return prepared;
  const chain = await context.store.call("loadChain", { requestId: previousRequestId });
  const hops = (chain?.hops ?? []).map(chainedHop);
  const found = checkNextHop(hops, { hopNumber, previousRequestId, requestedState });
  const passing = await context.store.call("judgeOnwardRequest", {
    request: TraceRequest.encode(request).finish(),
    participant: facts.offExchange === true ? "" : facts.to,
    persons: persons && PersonsBlock.encode(persons).finish(),
  });
  const refusal = prepared.refusal ?? (passing.ok ? undefined : passing.refusal);
  return { ...prepared, findings: [...prepared.findings, ...found], refusal };
}
