import { CheckResult, type PriorChecks } from "#proto";
import { REQUEST_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";
import { checkPastDate } from "./check-past-date.ts";

/** Checks that the State has looked at home first (iARMS practice; TP-REQ-2). */
export function checkPriorChecks(
  checks: PriorChecks | undefined,
  createdAtMs: number | undefined,
  found: FindingList,
): void {
  found.demand(isDone(checks?.nationalRegistry), "prior_checks.national_registry", "notDone");
  found.demand(isDone(checks?.lostStolen), "prior_checks.lost_stolen", "notDone");
  found.demand(isDone(checks?.iarms), "prior_checks.iarms", "notDone", "ADVICE");
  if (checks === undefined) return;
  // What is known at home may be the answer.
  const isHit = checks.lostStolen === CheckResult.HIT;
  found.demand(!isHit, "prior_checks.lost_stolen", "recordedAtHome", "ADVICE");
  const isNamed = checks.iarms !== CheckResult.HIT || checks.iarmsRef !== "";
  found.demand(isNamed, "prior_checks.iarms_ref", "missing", "ADVICE");
  found.bounded(checks.iarmsRef, "prior_checks.iarms_ref", REQUEST_LIMITS.referenceCharsMax);
  const { iarmsOn, lostStolenOn, nationalRegistryOn } = checks;
  checkPastDate(nationalRegistryOn, "prior_checks.national_registry_on", createdAtMs, found);
  checkPastDate(lostStolenOn, "prior_checks.lost_stolen_on", createdAtMs, found);
  checkPastDate(iarmsOn, "prior_checks.iarms_on", createdAtMs, found);
}

function isDone(result: CheckResult | undefined): boolean {
  return result === CheckResult.NO_HIT || result === CheckResult.HIT;
}
