import { moveOf } from "#casework";
import {
  actorOf,
  type HttpRoutes,
  lackOf,
  type Problem,
  problemFromRefusal,
  problemOf,
  sendProblem,
} from "#http";
import { type Finding, TraceReply } from "#proto";
import { type Database, HTTP_LIMITS } from "#runtime";
import { conclusionOf } from "../cases/judge.ts";
import { type OpenTraceDeps, openTrace } from "../cases/open-trace.ts";
import type { FocalPointProcedures } from "../store.ts";
import { caseDetail, caseLine, openedView } from "./case-view.ts";
import { toTraceReply } from "./reply-schema.ts";
import { jsonPath } from "./trace-facts.ts";
import { LIST_TRACES, REPLY_TO_TRACE, SEND_TRACE, SHOW_TRACE } from "./trace-operations.ts";

/** Messages and events of one case that are shown; a case has a handful. */
const DETAIL_ROWS_MAX = 500;

/** Routes about trace cases. */
export function addTraceRoutes(routes: HttpRoutes, deps: OpenTraceDeps): void {
  routes.post("/traces", SEND_TRACE, async (request, reply) => {
    const actor = actorOf(request);
    const isUrgent = request.body.priority === "URGENT";
    const lack = isUrgent ? lackOf(actor, "traces:urgent") : undefined;
    if (lack !== undefined) return sendProblem(reply, lack);
    const idempotencyKey = request.headers["idempotency-key"];
    const caller = { actor: actor.userId, idempotencyKey };
    const result = await openTrace(deps, request.body, caller);
    switch (result.type) {
      case "opened":
      case "repeated": {
        const status = result.type === "opened" ? 201 : 200;
        return reply.code(status).send(openedView(result.record, result.findings));
      }
      case "mismatch":
        return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
      case "refused":
        return sendProblem(reply, problemFromRefusal(result.refusal));
      case "invalid":
        return sendProblem(reply, findingsProblem(result.errors));
      default:
        return result satisfies never;
    }
  });
  addReadRoutes(routes, deps.store);
  addReplyRoute(routes, deps);
}

function findingsProblem(errors: readonly Finding[]): Problem {
  const problems = errors.map(({ field, rule }) => ({
    field: `request.${jsonPath(field)}`,
    rule,
    remedy: REMEDIES[rule] ?? "Correct this field.",
  }));
  const detail = `${problems.length} rule(s) of a trace request are broken`;
  const remedy = "Correct every field named in problems; nothing was sent.";
  return problemOf("BODY_INVALID", { detail, remedy, problems });
}

/** What to do about the rules that are broken most. */
const REMEDIES: Readonly<Record<string, string>> = {
  missing: "Fill it in.",
  tooShort: "Give more: the identifier or the reason is too short to be used.",
  tooLong: "Shorten it.",
  unusable: "Give what is marked; a placeholder is no identifier.",
  unknownState: "Use a current ISO 3166-1 alpha-2 code.",
  notDone: "Do this national check first and give its result.",
  notRequestingState: "Ask only about firearms found in your own jurisdiction.",
  inTheFuture: "Correct the date.",
  notADate: "Write the date as YYYY-MM-DD.",
};

function addReadRoutes(
  routes: HttpRoutes,
  store: Pick<Database<FocalPointProcedures>, "call">,
): void {
  routes.get("/traces", LIST_TRACES, async (request) => {
    const { after = 0, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const records = await store.call("listCases", { after, limit });
    const last = records.at(-1)?.position;
    return { traces: records.map(caseLine), next: records.length === limit ? last : undefined };
  });
  routes.get("/traces/:caseId", SHOW_TRACE, async (request, reply) => {
    const { caseId } = request.params;
    const found = await store.call("loadCase", { caseId, eventLimit: DETAIL_ROWS_MAX });
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    const args = { conversationId: caseId, limit: DETAIL_ROWS_MAX };
    const messages = await store.call("postMessageReceipts", args);
    return reply.send(caseDetail(found.record, found.events, messages));
  });
}

function addReplyRoute(routes: HttpRoutes, deps: OpenTraceDeps): void {
  routes.post("/traces/:caseId/reply", REPLY_TO_TRACE, async (request, reply) => {
    const actor = actorOf(request);
    const refuses = request.body.refusal !== undefined;
    const lack = refuses ? lackOf(actor, "traces:refuse") : undefined;
    if (lack !== undefined) return sendProblem(reply, lack);
    const answer = toTraceReply(request.body);
    if (answer === undefined) {
      const rule = "must hold exactly one of acknowledgement, final, refusal";
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems: [{ field: "", rule }] }));
    }
    const conclusion = conclusionOf(answer);
    if (!conclusion.ok) return sendProblem(reply, problemFromRefusal(conclusion.refusal));
    const replied = await deps.store.call("replyToCase", {
      caseId: request.params.caseId,
      reply: TraceReply.encode(answer).finish(),
      move: moveOf(answer),
      outcome: conclusion.value,
      replier: deps.self,
      actor: actor.userId,
      nowMs: deps.clock.now(),
    });
    switch (replied.type) {
      case "sent":
        deps.onDrafted();
        return reply.code(201).send({ messageId: replied.messageId, state: replied.state });
      case "unknown":
        return sendProblem(reply, problemOf("NOT_FOUND"));
      case "illegal": {
        const detail = `the case is ${replied.state}`;
        return sendProblem(reply, problemOf("ILLEGAL_MOVE", { detail }));
      }
      default:
        return replied satisfies never;
    }
  });
}
