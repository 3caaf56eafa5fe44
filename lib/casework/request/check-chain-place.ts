import { validate as isUuid } from "uuid";
import type { TraceRequest } from "#proto";
import { isStateCode } from "#reference";
import { CASEWORK_LIMITS, REQUEST_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";

/** Checks the place of a request in its chain, and what earlier hops told (domain notes 2.4). */
export function checkChainPlace(request: TraceRequest, found: FindingList): void {
  const { custodyHistory, forwardedFor, hopNumber, previousRequestId } = request;
  found.demand(hopNumber > 0 === (previousRequestId !== ""), "hop_number", "bothOrNone");
  found.demand(hopNumber <= CASEWORK_LIMITS.hopsMax, "hop_number", "chainTooLong");
  const named = previousRequestId === "" || isUuid(previousRequestId);
  found.demand(named, "previous_request_id", "notAnId");
  const isState = forwardedFor === "" || isStateCode(forwardedFor);
  found.demand(isState, "forwarded_for", "unknownState");
  const { custodyEventsMax } = REQUEST_LIMITS;
  found.demand(custodyHistory.length <= custodyEventsMax, "custody_history", "tooMany");
}
