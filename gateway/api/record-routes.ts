import type { DisposalClerk } from "#disposal";
import { noteLook } from "#disposal-api";
import {
  actorOf,
  BAD_MARK,
  filteredMark,
  type HttpRoutes,
  keyOfMark,
  problemOf,
  sendProblem,
} from "#http";
import { canonicalJson } from "#repeats";
import { HTTP_LIMITS } from "#runtime";
import { filterOf, lackOfCriteria, type RecordRouteDeps, readsHeaders } from "./record-asked.ts";
import { LIST_RECORDS, SHOW_RECORD } from "./record-operations.ts";
import { recordDetailView, recordView } from "./record-view.ts";

/** Routes to find records and to look at one (TP-FIND-2, TP-FIND-6). */
export function addRecordRoutes(
  routes: HttpRoutes,
  deps: RecordRouteDeps & { readonly clerk: Pick<DisposalClerk, "hasLooked"> },
): void {
  const { store } = deps;
  routes.get("/records", LIST_RECORDS, async (request, reply) => {
    const actor = actorOf(request);
    const { after, limit = HTTP_LIMITS.pageRowsMax, reason = "", ...asked } = request.query;
    const lack = lackOfCriteria(actor, asked);
    if (lack !== undefined) return sendProblem(reply, lack);
    const before = after === undefined ? null : keyOfMark(after, asked)?.[0];
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const asksDue = (asked.dueFrom ?? asked.dueBefore) !== undefined;
    if (asksDue && !(await deps.clerk.hasLooked())) {
      return sendProblem(reply, problemOf("DUE_NOT_RECKONED"));
    }
    const page = { filter: filterOf(asked), before, size: asked.size ?? null, limit };
    const found = await store.call("findRecords", page);
    if (found === null) {
      return sendProblem(reply, problemOf(asksDue ? "DUE_NOT_RECKONED" : "SEARCH_NOT_READY"));
    }
    const detail = canonicalJson({ ...asked, shown: found.rows.length });
    await noteLook(deps, actor, { action: "search", subject: "", detail, reason });
    return reply.send({
      records: found.rows.map((row) => recordView(row, readsHeaders(actor))) as never,
      next: found.next === null ? undefined : filteredMark([found.next], asked),
    });
  });
  routes.get("/records/:logIndex", SHOW_RECORD, async (request, reply) => {
    const actor = actorOf(request);
    const { logIndex } = request.params;
    const { reason = "" } = request.query;
    const loaded = await store.call("loadRecord", { logIndex });
    const detail = loaded === null ? "no such record" : "";
    const subject = `record ${logIndex}`;
    await noteLook(deps, actor, { action: "show", subject, detail, reason });
    if (loaded === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(recordDetailView(loaded, readsHeaders(actor)) as never);
  });
}
