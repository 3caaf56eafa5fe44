import { checkNotice, checkPersons, errorsOf, fromFinding, noticeKindOf } from "#casework";
import {
  actorOf,
  type HttpRoutes,
  lackOf,
  type Problem,
  pageMark,
  positionOf,
  problemOf,
  repeatOf,
  sendProblem,
} from "#http";
import { type Finding, Notice, OnwardReleaseDecision, PersonsBlock } from "#proto";
import { HTTP_LIMITS } from "#runtime";
import { sendHeld } from "../api/release-routes.ts";
import { addOnwardRoutes } from "../onward/onward-routes.ts";
import type { FocalPointProcedures } from "../store.ts";
import { toNotice } from "./notice-facts.ts";
import {
  CONFIRM_NOTICE,
  DECIDE_RELEASE,
  LIST_NOTICES,
  SEND_NOTICE,
  SHOW_NOTICE,
} from "./notice-operations.ts";
import type { KeptNoticeKind } from "./notice-record.ts";
import { noticeDetail, noticeView } from "./notice-view.ts";
import { addToldByLetterRoute, type NoticeRouteDeps } from "./told-by-letter-route.ts";

/** Routes about notices, and what they follow (TP-PERS-10 to TP-PERS-17). */
export function addNoticeRoutes(routes: HttpRoutes, deps: NoticeRouteDeps): void {
  addSendRoute(routes, deps);
  routes.get("/notices", LIST_NOTICES, async (request, reply) => {
    const { after, caseId, direction, limit = HTTP_LIMITS.pageRowsMax, open } = request.query;
    const before = after === undefined ? undefined : positionOf(after);
    if (after !== undefined && before === undefined) {
      const problems = [{ field: "after", rule: "is not the `next` of a page of this list" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const query = { caseId, direction, open: open ?? false, before, limit };
    const records = await deps.store.call("listNotices", query);
    const last = records.length === limit ? records.at(-1) : undefined;
    const next = last === undefined ? undefined : pageMark(last.position);
    return reply.send({ notices: records.map(noticeView), next });
  });
  routes.get("/notices/:noticeId", SHOW_NOTICE, async (request, reply) => {
    const { noticeId } = request.params;
    const record = await deps.store.call("findNotice", { noticeId });
    if (record === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(noticeDetail(record, await deps.store.call("noticeLetters", { noticeId })));
  });
  addAnswerRoutes(routes, deps);
  addToldByLetterRoute(routes, deps);
  addOnwardRoutes(routes, deps);
}

function addSendRoute(routes: HttpRoutes, deps: NoticeRouteDeps): void {
  const { clock, onDrafted, self, store } = deps;
  routes.post("/notices", SEND_NOTICE, async (request, reply) => {
    const actor = actorOf(request);
    const built = toNotice(request.body, self.participant);
    if (built === undefined) {
      const rule =
        "must hold exactly one of correction, erasure, priorDisclosure, onwardReleaseRequest";
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems: [{ field: "", rule }] }));
    }
    const { about, notice, persons } = built;
    const lack = persons === undefined ? undefined : lackOf(actor, "persons:send");
    if (lack !== undefined) return sendProblem(reply, lack);
    const nowMs = clock.now();
    const found = [
      ...checkNotice(notice),
      ...(persons === undefined ? [] : checkPersons(persons, nowMs)),
    ];
    const problem = problemOfFindings(errorsOf(found));
    if (problem !== undefined) return sendProblem(reply, problem);
    const sent = await store.call("sendNoticesOnce", {
      kind: noticeKindOf(notice) as KeptNoticeKind,
      about,
      notice: Notice.encode(notice).finish(),
      persons: persons && PersonsBlock.encode(persons).finish(),
      self,
      actor: actor.userId,
      repeat: repeatOf(request),
      nowMs,
    });
    switch (sent.type) {
      case "sent":
        if (!sent.repeated) onDrafted();
        return reply.code(sent.repeated ? 200 : 201).send({ notices: sent.notices });
      case "mismatch":
        return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
      case "unknown":
        return sendProblem(reply, problemOf("NOT_FOUND"));
      case "not-yours": {
        const detail = "who sent the information corrects and erases it; others ask and announce";
        return sendProblem(reply, problemOf("NOT_PERMITTED", { field: "subject.sender", detail }));
      }
      default:
        return sendHeld(reply, sent);
    }
  });
}

function addAnswerRoutes(routes: HttpRoutes, deps: NoticeRouteDeps): void {
  const { clock, onDrafted, self, store } = deps;
  routes.post("/notices/:noticeId/decide", DECIDE_RELEASE, async (request, reply) => {
    const { noticeId } = request.params;
    const { conditions = "", granted, reason = "", releaseTo = [] } = request.body;
    const value = OnwardReleaseDecision.create({
      requestMessageId: noticeId,
      granted,
      releaseTo,
      conditions,
      reason,
    });
    const notice = Notice.create({ content: { $case: "onwardReleaseDecision", value } });
    const wrong = errorsOf(checkNotice(notice)).filter(({ field }) => !field.endsWith("_id"));
    const problem = problemOfFindings(wrong);
    if (problem !== undefined) return sendProblem(reply, problem);
    const answered = await store.call("decideReleaseOnce", {
      noticeId,
      decision: { granted, releaseTo, conditions, reason },
      self,
      actor: actorOf(request).userId,
      repeat: repeatOf(request),
      nowMs: clock.now(),
    });
    return sendAnswered(reply, answered, onDrafted);
  });
  routes.post("/notices/:noticeId/confirm", CONFIRM_NOTICE, async (request, reply) => {
    const { done, explanation = "" } = request.body;
    if (!done && explanation.trim() === "") {
      const problems = [{ field: "explanation", rule: "missing", remedy: "Say why." }];
      return sendProblem(reply, problemOf("BODY_INVALID", { problems }));
    }
    const answered = await store.call("confirmNoticeOnce", {
      noticeId: request.params.noticeId,
      done,
      explanation,
      self,
      actor: actorOf(request).userId,
      repeat: repeatOf(request),
      nowMs: clock.now(),
    });
    return sendAnswered(reply, answered, onDrafted);
  });
}

type Answered = Awaited<
  ReturnType<FocalPointProcedures["confirmNoticeOnce" | "decideReleaseOnce"]>
>;
type Reply = Parameters<typeof sendProblem>[0] & Parameters<typeof sendHeld>[0];

function sendAnswered(reply: Reply, answered: Answered, onDrafted: () => void): Reply {
  switch (answered.type) {
    case "sent":
      if (!answered.repeated) onDrafted();
      return reply.code(answered.repeated ? 200 : 201).send({ answerId: answered.answerId });
    case "mismatch":
      return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    case "unknown":
      return sendProblem(reply, problemOf("NOT_FOUND"));
    case "illegal": {
      const detail = `the notice is ${answered.state}, or is answered otherwise`;
      return sendProblem(reply, problemOf("ILLEGAL_MOVE", { detail }));
    }
    case "not-asked": {
      const detail = "it was not asked for all of these";
      return sendProblem(reply, problemOf("BODY_INVALID", { field: "releaseTo", detail }));
    }
    default:
      return sendHeld(reply, answered);
  }
}

function problemOfFindings(errors: readonly Finding[]): Problem | undefined {
  if (errors.length === 0) return undefined;
  const problems = errors.map(fromFinding).map(({ field, rule }) => ({ field, rule }));
  return problemOf("BODY_INVALID", {
    detail: `${problems.length} rule(s) of a notice are broken`,
    remedy: "Correct every field named in problems; nothing was sent.",
    problems,
  });
}
