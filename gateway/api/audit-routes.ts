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
import type { ListedAct } from "../store/audit/list-acts.ts";
import { LIST_ACTS } from "./audit-operations.ts";
import type { RecordRouteDeps } from "./record-asked.ts";

/** The route that shows auditors what persons did with records (TP-AUDIT-3). */
export function addAuditRoutes(routes: HttpRoutes, deps: RecordRouteDeps): void {
  routes.get("/records/audit", LIST_ACTS, async (request, reply) => {
    const { after, limit = HTTP_LIMITS.pageRowsMax, ...asked } = request.query;
    const before = after === undefined ? null : keyOfMark(after, asked)?.[0];
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const { action = null, actor = null } = asked;
    const acts = await deps.store.call("listActs", { action, actor, before, limit });
    const look = { action: "audit", subject: "", detail: canonicalJson(asked) } as const;
    await noteLook(deps, actorOf(request), look);
    const last = acts.length === limit ? acts.at(-1) : undefined;
    return reply.send({
      acts: acts.map(actView),
      next: last === undefined ? undefined : filteredMark([last.id], asked),
    });
  });
}

function actView({ action, actor, atMs, detail, id, logIndex, reason, subject }: ListedAct) {
  return {
    id,
    at: new Date(atMs).toISOString(),
    actor,
    action,
    subject: subject || undefined,
    detail: detail || undefined,
    reason: reason || undefined,
    logIndex: logIndex ?? undefined,
  };
}
