import { checkNextHop } from "#casework";
import type { Database } from "#runtime";
import type { NewTrace } from "../api/trace-schema.ts";
import { type PreparedTrace, prepareTrace, type TraceContext } from "../cases/prepare-trace.ts";
import type { FocalPointProcedures } from "../store.ts";
import { chainedHop } from "./chained-hop.ts";

/** What preparing a request within its chain needs. */
export interface ChainedContext extends TraceContext {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
}

/** Prepares a request, and checks it against the chain it goes on with (TP-CHAIN-5). */
export async function prepareChained(
  context: ChainedContext,
  facts: NewTrace,
  nowMs: number,
): Promise<PreparedTrace> {
  const prepared = prepareTrace(context, facts, nowMs);
  const { hopNumber, previousRequestId, requestedState } = prepared.request;
  if (previousRequestId === "") return prepared;
  const chain = await context.store.call("loadChain", { requestId: previousRequestId });
  const hops = (chain?.hops ?? []).map(chainedHop);
  const found = checkNextHop(hops, { hopNumber, previousRequestId, requestedState });
  return { ...prepared, findings: [...prepared.findings, ...found] };
}
