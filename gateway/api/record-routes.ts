import {
  actorOf,
  BAD_MARK,
  filteredMark,
  type HttpRoutes,
  instantMsOf,
  keyOfMark,
  lackOf,
  type Problem,
  problemOf,
  sendProblem,
} from "#http";
import { Kind, Tlp, UseRestriction } from "#proto";
import { canonicalJson } from "#repeats";
import { type Clock, type Database, HTTP_LIMITS } from "#runtime";
import { refusalCodeOf } from "#wire";
import type { RecordAction } from "../store/audit/note-act.ts";
import type { RecordFilter } from "../store/search/find-records.ts";
import type { GatewayProcedures } from "../store.ts";
import { LIST_RECORDS, SHOW_RECORD } from "./record-operations.ts";
import type { RecordQuery } from "./record-schema.ts";
import { recordDetailView, recordView } from "./record-view.ts";

/** What the routes of records work with. */
export interface RecordRouteDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly clock: Clock;
}

type Actor = ReturnType<typeof actorOf>;

/** Routes to find records and to look at one (TP-FIND-2, TP-FIND-6). */
export function addRecordRoutes(routes: HttpRoutes, deps: RecordRouteDeps): void {
  const { store } = deps;
  routes.get("/records", LIST_RECORDS, async (request, reply) => {
    const actor = actorOf(request);
    const { after, limit = HTTP_LIMITS.pageRowsMax, reason = "", ...asked } = request.query;
    const lack = lackOfCriteria(actor, asked);
    if (lack !== undefined) return sendProblem(reply, lack);
    const before = after === undefined ? null : keyOfMark(after, asked)?.[0];
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const page = { filter: filterOf(asked), before, size: asked.size ?? null, limit };
    const found = await store.call("findRecords", page);
    if (found === null) return sendProblem(reply, problemOf("SEARCH_NOT_READY"));
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

/** What is looked for, without the page. */
type Asked = Omit<RecordQuery, "after" | "limit" | "reason">;

/** Kept before it is answered: a look that cannot be kept is not given (TP-AUDIT-1). */
async function noteLook(
  { clock, store }: RecordRouteDeps,
  actor: Actor,
  look: {
    readonly action: RecordAction;
    readonly subject: string;
    readonly detail: string;
    readonly reason: string;
  },
): Promise<void> {
  await store.call("noteAct", { ...look, actor: actor.userId, atMs: clock.now() });
}

function readsHeaders(actor: Actor): boolean {
  return lackOf(actor, "records:read") === undefined;
}

/** Criteria that only a header tells would tell it to who may not read headers (TP-FIND-5). */
function lackOfCriteria(actor: Actor, asked: Asked): Problem | undefined {
  const { conversation, handling, state, use } = asked;
  const isFree = [conversation, handling, state, use].every((value) => value === undefined);
  return isFree ? undefined : lackOf(actor, "records:read");
}

function filterOf(asked: Asked): RecordFilter {
  const { code, conversation, from, handling, id, kind, party, refused, state, until, use } = asked;
  const anyCode = refused === true ? 0 : undefined;
  return {
    messageId: id,
    conversationId: conversation,
    party,
    kind: kind === undefined ? undefined : Kind[kind],
    state,
    tlp: handling === undefined ? undefined : Tlp[handling],
    use: use === undefined ? undefined : UseRestriction[use],
    code: code === undefined ? anyCode : refusalCodeOf(code),
    fromMs: from === undefined ? undefined : instantMsOf(from),
    untilMs: until === undefined ? undefined : instantMsOf(until),
  };
}
