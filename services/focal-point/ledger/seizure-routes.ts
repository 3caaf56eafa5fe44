import type { FastifyReply } from "fastify";
import {
  actorOf,
  BAD_MARK,
  filteredMark,
  type HttpRoutes,
  keyOfMark,
  problemOf,
  repeatOf,
  sendProblem,
} from "#http";
import { type Clock, calendarDateOf, type Database, LEDGER_LIMITS } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";
import { checkPast, checkSeizure, SEIZURE_PROBLEMS, type SeizureContext } from "./check-seizure.ts";
import { readSeizures } from "./read-seizures.ts";
import {
  ADD_SEIZURE,
  DECIDE_DOUBLE,
  IMPORT_SEIZURES,
  LINK_TRACE,
  LIST_DOUBLES,
  LIST_SEIZURES,
  SAY_ORIGIN,
  SHOW_SEIZURE,
  WITHDRAW_SEIZURE,
} from "./seizure-operations.ts";
import { doubleView, PAGE_ROWS, seizureLine, seizureView } from "./seizure-views.ts";

/** What the routes need. */
export interface SeizureRouteDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
  readonly self: { readonly participant: string; readonly state: string };
}

const OCTETS = "application/octet-stream";
const LAST = Number.MAX_SAFE_INTEGER;

/** Routes about reports of seizures (TP-LEDG-3 to TP-LEDG-6). */
export function addSeizureRoutes(routes: HttpRoutes, deps: SeizureRouteDeps): void {
  addEntering(routes, deps);
  addLists(routes, deps);
  addDecisions(routes, deps);
}

function addEntering(routes: HttpRoutes, deps: SeizureRouteDeps): void {
  const { clock, store } = deps;
  routes.post("/seizures", ADD_SEIZURE, async (request, reply) => {
    const report = request.body;
    const nowMs = clock.now();
    const problems = checkSeizure(report, contextOf(deps));
    if (problems.length > 0) {
      const told = problems.map(({ field, rule }) => ({ field, rule }));
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems: told }));
    }
    const actor = actorOf(request).userId;
    const entered = await store.call("enterSeizure", {
      report,
      actor,
      nowMs,
      repeat: repeatOf(request),
    });
    if (entered.type === "mismatch") return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    if (entered.type === "refused") {
      const field = entered.at === undefined ? "seizureNumber" : `items.${entered.at}`;
      return sendInvalid(reply, field, SEIZURE_PROBLEMS[entered.code]);
    }
    return await sendSeizure(reply.code(entered.repeated ? 200 : 201), deps, entered.reportId);
  });
  if (!routes.hasContentTypeParser(OCTETS)) {
    routes.addContentTypeParser(OCTETS, { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );
  }
  const bodyLimit = LEDGER_LIMITS.fileBytesMax;
  routes.post("/seizures/import", { ...IMPORT_SEIZURES, bodyLimit }, async (request, reply) => {
    const bytes = request.body;
    if (!(bytes instanceof Uint8Array)) {
      return sendProblem(reply, problemOf("UNSUPPORTED_MEDIA_TYPE"));
    }
    const file = await readSeizures(bytes, contextOf(deps));
    const { keepGood = false } = request.query;
    const actor = actorOf(request).userId;
    const nowMs = clock.now();
    return reply.send(await store.call("takeSeizures", { file, keepGood, actor, nowMs }));
  });
}

function addLists(routes: HttpRoutes, { store }: SeizureRouteDeps): void {
  routes.get("/seizures", LIST_SEIZURES, async (request, reply) => {
    const { after, limit = PAGE_ROWS, year } = request.query;
    const filters = { list: "seizures", year };
    const [before] = after === undefined ? [LAST] : (keyOfMark(after, filters) ?? []);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const found = await store.call("listSeizures", { year, before, limit });
    const last = found.length === limit ? found.at(-1) : undefined;
    const next = last && filteredMark([last.position], filters);
    return reply.send({ seizures: found.map(seizureLine), next });
  });
  routes.get("/seizures/doubles", LIST_DOUBLES, async (request, reply) => {
    const { after, all = false, limit = PAGE_ROWS } = request.query;
    const filters = { list: "doubles", all };
    const [before] = after === undefined ? [LAST] : (keyOfMark(after, filters) ?? []);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const found = await store.call("listDoubles", { isOpen: !all, before, limit });
    const last = found.length === limit ? found.at(-1) : undefined;
    const next = last && filteredMark([last.doubleId], filters);
    return reply.send({ doubles: found.map(doubleView), next });
  });
}

function addDecisions(routes: HttpRoutes, deps: SeizureRouteDeps): void {
  const { clock, store } = deps;
  routes.get("/seizures/:reportId", SHOW_SEIZURE, async (request, reply) =>
    sendSeizure(reply, deps, request.params.reportId),
  );
  routes.post("/seizures/:reportId/withdraw", WITHDRAW_SEIZURE, async (request, reply) => {
    const { reportId } = request.params;
    const { reason } = request.body;
    const actor = actorOf(request).userId;
    const nowMs = clock.now();
    const found = await store.call("withdrawSeizure", { reportId, reason, actor, nowMs });
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(seizureView(found));
  });
  routes.post("/seizures/:reportId/items/:item/origin", SAY_ORIGIN, async (request, reply) => {
    const [problem] = checkPast(request.body.on, "on", contextOf(deps).today);
    if (problem !== undefined) return sendInvalid(reply, problem.field, problem.rule);
    const entering = { actor: actorOf(request).userId, nowMs: clock.now() };
    const said = await store.call("sayOrigin", { ...request.params, ...request.body, ...entering });
    if (said === "unknown") return sendProblem(reply, problemOf("NOT_FOUND"));
    if (said === "BAD_DATE") return sendInvalid(reply, "on", "must not be before the recovery");
    if (said === "NOT_AN_ARM") return sendInvalid(reply, "item", "must be an arm");
    return await sendSeizure(reply, deps, request.params.reportId);
  });
  routes.post("/seizures/:reportId/items/:item/traces", LINK_TRACE, async (request, reply) => {
    const entering = { actor: actorOf(request).userId, nowMs: clock.now() };
    const linked = await store.call("linkItem", {
      ...request.params,
      ...request.body,
      ...entering,
    });
    if (linked === "unknown") return sendProblem(reply, problemOf("NOT_FOUND"));
    if (linked === "NOT_AN_ARM") return sendInvalid(reply, "item", "must be an arm");
    if (linked === "UNKNOWN_CASE") {
      return sendInvalid(reply, "caseId", "must be a request of this State, and no exercise");
    }
    return await sendSeizure(reply, deps, request.params.reportId);
  });
  routes.post("/seizures/doubles/:doubleId/decide", DECIDE_DOUBLE, async (request, reply) => {
    const entering = { actor: actorOf(request).userId, nowMs: clock.now() };
    const { doubleId } = request.params;
    const found = await store.call("decideDouble", { doubleId, ...request.body, ...entering });
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(doubleView(found));
  });
}

function contextOf({ clock, self }: SeizureRouteDeps): SeizureContext {
  const today = calendarDateOf(clock.now());
  return { state: self.state, today };
}

function sendInvalid(reply: FastifyReply, field: string, rule: string): FastifyReply {
  return sendProblem(reply, problemOf("INPUT_INVALID", { problems: [{ field, rule }] }));
}

async function sendSeizure(
  reply: FastifyReply,
  { store }: SeizureRouteDeps,
  reportId: string,
): Promise<FastifyReply> {
  const found = await store.call("loadSeizure", { reportId });
  if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
  return reply.send(seizureView(found));
}
