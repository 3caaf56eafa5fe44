import { type Completeness, completenessOf, errorsOf } from "#casework";
import type { Refusal } from "#errors";
import type { Finding } from "#proto";
import type { Clock } from "#runtime";
import type { NewTrace } from "../api/trace-schema.ts";
import { type ChainedContext, prepareChained } from "../chain/prepare-chained.ts";

/** What would become of a request. */
export interface CheckedTrace {
  /** Whether sending it now would open a case. */
  readonly sendable: boolean;
  readonly findings: readonly Finding[];
  readonly completeness: Completeness;
  /** Why the exchange would not carry it. */
  readonly refusal: Refusal | undefined;
}

/** Tells everything that sending these facts would tell, and keeps nothing of them (TP-API-15). */
export async function checkTrace(
  deps: ChainedContext & { readonly clock: Clock },
  facts: NewTrace,
): Promise<CheckedTrace> {
  const prepared = await prepareChained(deps, facts, deps.clock.now());
  const { personFindings, refusal, request } = prepared;
  const findings = [...prepared.findings, ...personFindings];
  const sendable = refusal === undefined && errorsOf(findings).length === 0;
  return { sendable, findings, completeness: completenessOf(request, findings), refusal };
}
