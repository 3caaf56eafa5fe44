import {
  BAD_MARK,
  type HttpRoutes,
  nameIn,
  pageMark,
  positionOf,
  problemOf,
  sendProblem,
} from "#http";
import { DailyCounts, ExchangeStatus, Kind } from "#proto";
import { type Database, LOG_LIMITS } from "#runtime";
import { dayName, dayOf } from "#statistics";
import { refusalNameOf } from "#wire";
import type { KeptCounts } from "../store/counts/count-day.ts";
import type { GatewayProcedures } from "../store.ts";
import { LIST_COUNTS } from "./counts-operations.ts";

/** The route that shows what was recorded on each day (TP-COUNT-7). */
export function addCountsRoutes(
  routes: HttpRoutes,
  { store }: { readonly store: Pick<Database<GatewayProcedures>, "call"> },
): void {
  routes.get("/log/counts", LIST_COUNTS, async (request, reply) => {
    const { after, day, limit = LOG_LIMITS.countedDaysMax } = request.query;
    const position = positionOf(after);
    if (position === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const before = after === undefined ? null : position;
    const meant = day === undefined ? null : dayOf(Date.parse(day));
    const found = await store.call("listCounts", { day: meant, before, limit });
    const last = found.length === limit && day === undefined ? found.at(-1) : undefined;
    return reply.send({
      days: found.map(dayView),
      next: last === undefined ? undefined : pageMark(last.day),
    });
  });
}

function dayView({ counts: bytes, day, logIndex }: KeptCounts) {
  const { counts, endIndex, firstIndex, shares } = DailyCounts.decode(bytes);
  return {
    ...{ day: dayName(day), logIndex, first: Number(firstIndex), end: Number(endIndex) },
    records: counts.reduce((sum, { records }) => sum + Number(records), 0),
    counts: counts.map(({ code, kind, records, status }) => ({
      kind: nameIn(Kind, kind),
      status: nameIn(ExchangeStatus, status),
      decision: refusalNameOf(code) ?? "accepted",
      records: Number(records),
    })),
    monitors: shares.map(({ monitor }) => monitor),
  };
}
