import { ammunitionKeysOf, firearmKeysOf } from "#casework";
import { type Problem, problemOf } from "#http";
import { CASEWORK_LIMITS, type Database } from "#runtime";
import type { NewTrace } from "../api/trace-schema.ts";
import type { FocalPointProcedures } from "../store.ts";
import type { SameCase } from "./same-firearm.ts";

/** Whether a request is neither an exercise nor a test. */
export function isMeant({ status }: NewTrace): boolean {
  return status === undefined || status === "ACTUAL";
}

/** Cases about the firearm or the ammunition that an officer is about to ask about. */
export async function casesOfFacts(
  store: Pick<Database<FocalPointProcedures>, "call">,
  facts: NewTrace,
): Promise<SameCase[]> {
  const { make = "", serialRaw = "" } = facts.request.firearm ?? {};
  const firearm = firearmKeysOf({ make, serialRaw });
  const { previousRequestId = "" } = facts.request;
  const around = { isActual: isMeant(facts), previousRequestId };
  const ammunition = lotsOf(facts);
  const [ofFirearm, ofAmmunition] = await Promise.all([
    firearm === undefined ? [] : store.call("casesOfFirearm", { firearm, ...around }),
    ammunition === undefined ? [] : store.call("casesOfAmmunition", { ammunition, ...around }),
  ]);
  return eachOnce(ofFirearm, ofAmmunition);
}

/** Cases found by the firearm, the ammunition or both, each once: as found by the firearm first. */
export function eachOnce(
  ofFirearm: readonly SameCase[],
  ofAmmunition: readonly SameCase[],
): SameCase[] {
  const known = new Set(ofFirearm.map(({ caseId }) => caseId));
  return [...ofFirearm, ...ofAmmunition.filter(({ caseId }) => !known.has(caseId))];
}

function lotsOf({ request }: NewTrace) {
  if (request.ammunition === undefined) return undefined;
  const { headstamp = "", lot = "", manufacturer = "", packagingMarks = [] } = request.ammunition;
  return ammunitionKeysOf({ headstamp, lot, manufacturer, packagingMarks });
}

/** A second request about a firearm needs a reason that says something. */
export function despiteProblem({ despite, despiteReason = "" }: NewTrace): Problem | undefined {
  const charsMin = CASEWORK_LIMITS.justificationCharsMin;
  if (despite !== true || despiteReason.trim().length >= charsMin) return undefined;
  const rule = `with despite: a reason of at least ${charsMin} characters`;
  return problemOf("INPUT_INVALID", { problems: [{ field: "despiteReason", rule }] });
}
