import {
  ModusOperandiKind,
  type Recovery,
  RecoveryContext,
  RecoveryMethod,
  TransportMeans,
} from "#proto";
import { isStateCode } from "#reference";
import { CASEWORK_LIMITS, REQUEST_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";
import { checkPastDate } from "./check-past-date.ts";

/** ISO 3166-2 such as KE-30, or UN/LOCODE such as KE MBA. */
const CODED_PLACE = /^[A-Z]{2}(?:-[A-Z0-9]{1,3}| ?[A-Z2-9]{3})$/u;

/** Checks where and how it was recovered (ITI paras 16 and 17(a); TP-REQ-2). */
export function checkRecovery(
  recovery: Recovery | undefined,
  requestingState: string,
  createdAtMs: number | undefined,
  found: FindingList,
): void {
  if (recovery === undefined) {
    found.demand(false, "recovery", "missing");
    return;
  }
  found.demand(recovery.date !== "", "recovery.date", "missing");
  checkPastDate(recovery.date, "recovery.date", createdAtMs, found);
  found.choice(recovery.method, RecoveryMethod, "recovery.method");
  // Amnesty collections are excepted from tracing (MOSAIC 05.31).
  const collected = recovery.amnesty || recovery.method === RecoveryMethod.SURRENDERED;
  found.demand(!collected, "recovery.method", "amnestyExcepted", "WARNING");
  // ITI para 16: a State asks about firearms found in its own jurisdiction.
  found.demand(recovery.country === requestingState, "recovery.country", "notRequestingState");
  checkPlace(recovery.place, found);
  checkWay(recovery, found);
}

/** A code says where, and cannot be the address of somebody. */
function checkPlace(place: string, found: FindingList): void {
  found.demand(place !== "", "recovery.place", "missing", "ADVICE");
  found.bounded(place, "recovery.place", CASEWORK_LIMITS.markingCharsMax);
  const isCoded = place === "" || CODED_PLACE.test(place);
  found.demand(isCoded, "recovery.place", "notCoded", "ADVICE");
}

function checkWay(recovery: Recovery, found: FindingList): void {
  found.optionalChoice(recovery.context, RecoveryContext, "recovery.context");
  found.optionalChoice(recovery.transportMeans, TransportMeans, "recovery.transport_means");
  if (recovery.modusOperandi.length > 0) {
    found.choices(recovery.modusOperandi, ModusOperandiKind, "recovery.modus_operandi");
  }
  const { routeDeparture, routeDestination, routeTransit } = recovery;
  found.demand(isState(routeDeparture), "recovery.route_departure", "unknownState");
  found.demand(isState(routeDestination), "recovery.route_destination", "unknownState");
  const { transitStatesMax } = REQUEST_LIMITS;
  found.demand(routeTransit.length <= transitStatesMax, "recovery.route_transit", "tooMany");
  const areStates = routeTransit.every((state) => isStateCode(state));
  found.demand(areStates, "recovery.route_transit", "unknownState");
}

function isState(code: string): boolean {
  return code === "" || isStateCode(code);
}
