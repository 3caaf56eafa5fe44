import { firearmKeysOf } from "#casework";
import { type Problem, problemOf } from "#http";
import { CASEWORK_LIMITS, type Database } from "#runtime";
import type { NewTrace } from "../api/trace-schema.ts";
import type { FocalPointProcedures } from "../store.ts";
import type { SameCase } from "./same-firearm.ts";

/** Whether a request is neither an exercise nor a test. */
export function isMeant({ status }: NewTrace): boolean {
  return status === undefined || status === "ACTUAL";
}

/** Cases about the firearm that an officer is about to ask about (TP-CHAIN-3). */
export async function casesOfFacts(
  store: Pick<Database<FocalPointProcedures>, "call">,
  facts: NewTrace,
): Promise<SameCase[]> {
  const { make = "", serialRaw = "" } = facts.request.firearm ?? {};
  const firearm = firearmKeysOf({ make, serialRaw });
  if (firearm === undefined) return [];
  const { previousRequestId = "" } = facts.request;
  return await store.call("casesOfFirearm", {
    firearm,
    isActual: isMeant(facts),
    previousRequestId,
  });
}

/** A second request about a firearm needs a reason that says something. */
export function despiteProblem({ despite, despiteReason = "" }: NewTrace): Problem | undefined {
  const charsMin = CASEWORK_LIMITS.justificationCharsMin;
  if (despite !== true || despiteReason.trim().length >= charsMin) return undefined;
  const rule = `with despite: a reason of at least ${charsMin} characters`;
  return problemOf("INPUT_INVALID", { problems: [{ field: "despiteReason", rule }] });
}
