import { actorOf, type HttpRoutes, lackOf, type Problem, problemOf, sendProblem } from "#http";
import type { Actor } from "#users";
import { checkTrace } from "../cases/check-trace.ts";
import { type OpenTraceDeps, openTrace } from "../cases/open-trace.ts";
import { sameCaseView, sameFirearmProblems } from "../chain/ask-whom-view.ts";
import { casesOfFacts, despiteProblem, isMeant } from "../chain/same-facts.ts";
import { wouldRepeat } from "../chain/same-firearm.ts";
import { refusedProblem } from "../onward/onward-problem.ts";
import { caseDetail, caseLine, openedView } from "./case-view.ts";
import { checkedView, findingsProblem } from "./finding-view.ts";
import { addMoveRoutes } from "./move-routes.ts";
import { sendHeld } from "./release-routes.ts";
import { CHECK_TRACE, LIST_TRACES, SEND_TRACE, SHOW_TRACE } from "./trace-operations.ts";
import { nextOf, pageOf } from "./trace-page.ts";
import type { NewTrace } from "./trace-schema.ts";

/** Messages and events of one case that are shown; a case has a handful. */
const DETAIL_ROWS_MAX = 500;

/** Routes about trace cases. */
export function addTraceRoutes(routes: HttpRoutes, deps: OpenTraceDeps): void {
  routes.post("/traces", SEND_TRACE, async (request, reply) => {
    const actor = actorOf(request);
    const lack = lackForBody(actor, request.body);
    if (lack !== undefined) return sendProblem(reply, lack);
    const unsaid = despiteProblem(request.body);
    if (unsaid !== undefined) return sendProblem(reply, unsaid);
    const idempotencyKey = request.headers["idempotency-key"];
    const caller = { actor: actor.userId, idempotencyKey };
    const result = await openTrace(deps, request.body, caller);
    switch (result.type) {
      case "opened":
      case "repeated": {
        const status = result.type === "opened" ? 201 : 200;
        return reply.code(status).send(openedView(result.record, result.findings));
      }
      case "held":
      case "waiting":
      case "not-alone":
        return sendHeld(reply, result);
      case "mismatch":
        return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
      case "refused":
        return sendProblem(reply, refusedProblem(result.refusal));
      case "same": {
        const problems = sameFirearmProblems(result.cases);
        return sendProblem(reply, problemOf("SAME_FIREARM", { problems }));
      }
      case "invalid":
        return sendProblem(reply, findingsProblem(result.errors));
      default:
        return result satisfies never;
    }
  });
  routes.post("/traces/check", CHECK_TRACE, async (request, reply) => {
    const lack = lackForBody(actorOf(request), request.body);
    if (lack !== undefined) return sendProblem(reply, lack);
    const checked = checkedView(await checkTrace(deps, request.body));
    const same = await casesOfFacts(deps.store, request.body);
    const isHeld = request.body.despite !== true && wouldRepeat(same).length > 0;
    const sendable = checked.sendable && !(isHeld && isMeant(request.body));
    return reply.send({ ...checked, sendable, sameFirearm: same.map(sameCaseView) });
  });
  addReadRoutes(routes, deps);
  addMoveRoutes(routes, deps);
}

/** What a request needs beyond `traces:send`: for its priority, and for personal data in it. */
function lackForBody(
  actor: Actor,
  { breakGlass, persons, priority }: NewTrace,
): Problem | undefined {
  const isAlone = breakGlass !== undefined;
  const lack = priority === "URGENT" || isAlone ? lackOf(actor, "traces:urgent") : undefined;
  return lack ?? (persons === undefined ? undefined : lackOf(actor, "persons:send"));
}

function addReadRoutes(routes: HttpRoutes, { clock, store }: OpenTraceDeps): void {
  routes.get("/traces", LIST_TRACES, async (request, reply) => {
    const page = pageOf(request.query);
    if (page === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const records = await store.call("listCases", page);
    const next = records.length === page.limit ? nextOf(request.query, records.at(-1)) : undefined;
    return reply.send({ traces: records.map((record) => caseLine(record, clock.now())), next });
  });
  routes.get("/traces/:caseId", SHOW_TRACE, async (request, reply) => {
    const { caseId } = request.params;
    const found = await store.call("loadCase", { caseId, eventLimit: DETAIL_ROWS_MAX });
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    const args = { conversationId: caseId, limit: DETAIL_ROWS_MAX };
    const [messages, flagged, moves, letters, attachments] = await Promise.all([
      store.call("postMessageReceipts", args),
      store.call("postFlagged", args),
      store.call("caseMoves", { caseId }),
      store.call("lettersOf", { caseId, limit: DETAIL_ROWS_MAX }),
      store.call("caseAttachments", { caseId, limit: DETAIL_ROWS_MAX }),
    ]);
    return reply.send({
      ...caseDetail({ ...found, messages, flagged, moves, letters }, clock.now()),
      attachments,
    });
  });
}

const BAD_MARK = {
  problems: [
    { field: "after", rule: "is not the `next` of a page of this list, filters included" },
  ],
};
