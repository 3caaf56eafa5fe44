import { filteredMark, instantMsOf, keyOfMark } from "#http";
import { HTTP_LIMITS } from "#runtime";
import { CASE_ORDERS, type CasePage } from "../cases/case-list.ts";
import type { CaseHead } from "../cases/case-record.ts";
import type { TraceQuery } from "./trace-operations.ts";

/** The page that a query asks for; undefined when its mark is of another list (TP-API-11). */
export function pageOf(query: TraceQuery): CasePage | undefined {
  const { order = "opened", limit = HTTP_LIMITS.pageRowsMax, after } = query;
  const { state, role, peer, needsAttention, offExchange } = query;
  const filter = {
    state,
    role,
    peer,
    needsAttention,
    offExchange,
    openedFromMs: msOf(query.openedFrom),
    openedUntilMs: msOf(query.openedUntil),
    updatedFromMs: msOf(query.updatedFrom),
    updatedUntilMs: msOf(query.updatedUntil),
  };
  if (after === undefined) return { order, filter, limit };
  const [atMs, position] = keyOfMark(after, filtersOf(query)) ?? [];
  if (atMs === undefined || position === undefined) return undefined;
  return { order, filter, limit, after: { atMs, position } };
}

/** The mark behind the last case of a page. */
export function nextOf(query: TraceQuery, last: CaseHead | undefined): string | undefined {
  if (last === undefined) return undefined;
  const { column } = CASE_ORDERS[query.order ?? "opened"];
  const atMs = column === "opened_at" ? last.openedAtMs : last.updatedAtMs;
  return filteredMark([atMs, last.position], filtersOf(query));
}

/** What makes a list another one: everything but the page. */
function filtersOf({ after: _after, limit: _limit, ...filters }: TraceQuery) {
  return filters;
}

function msOf(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : instantMsOf(instant);
}
