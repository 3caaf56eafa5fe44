import {
  actorOf,
  type HttpRoutes,
  problemFromRefusal,
  problemOf,
  repeatOf,
  sendProblem,
} from "#http";
import { codeOf } from "#participant";
import { AckLevel, AlertAddressing, AlertHit } from "#proto";
import { newMessageId } from "#runtime";
import type { AlertAnsweredOnce } from "../exchange/answer-procedures.ts";
import { checkHit } from "../exchange/check-hit.ts";
import type { AlertRouteDeps } from "./alert-routes.ts";
import {
  ACKNOWLEDGE_ALERT,
  DECIDE_ALERT,
  PREFILL_TRACE,
  REPORT_HIT,
  RETRACT_HIT,
} from "./answer-operations.ts";
import { hitFromJson } from "./hit-form.ts";
import { recipientsOf } from "./prepare-alert.ts";
import { traceFromHit } from "./trace-from-hit.ts";

type Reply = Parameters<typeof sendProblem>[0];

/** Routes by which alerts received are answered. */
export function addAlertAnswerRoutes(routes: HttpRoutes, deps: AlertRouteDeps): void {
  const { clock, self, store } = deps;
  routes.post("/alerts/:alertId/acknowledge", ACKNOWLEDGE_ALERT, async (request, reply) => {
    const { level, unit = "" } = request.body;
    const answered = await store.call("alertAcknowledge", {
      ...{ self, unit, repeat: repeatOf(request), nowMs: clock.now() },
      alertId: request.params.alertId,
      level: codeOf(AckLevel, level),
      actor: actorOf(request).userId,
    });
    return answer(reply, answered, deps);
  });
  routes.post("/alerts/:alertId/hits", REPORT_HIT, async (request, reply) => {
    const nowMs = clock.now();
    const hitId = newMessageId(nowMs);
    const hit = hitFromJson(request.body, hitId, self.state);
    const refusal = checkHit(hit, self.state, "hit");
    if (refusal !== undefined) return sendProblem(reply, problemFromRefusal(refusal));
    const answered = await store.call("alertReportHit", {
      ...{ self, hitId, nowMs, repeat: repeatOf(request) },
      alertId: request.params.alertId,
      hit: AlertHit.encode(hit).finish(),
      actor: actorOf(request).userId,
    });
    return answer(reply, answered, deps);
  });
  routes.post("/alerts/:alertId/hits/:hitId/retract", RETRACT_HIT, async (request, reply) => {
    const answered = await store.call("alertRetract", {
      ...{ self, repeat: repeatOf(request), nowMs: clock.now() },
      ...request.params,
      reason: request.body.reason,
      actor: actorOf(request).userId,
    });
    return answer(reply, answered, deps);
  });
  routes.get("/alerts/:alertId/hits/:hitId/trace", PREFILL_TRACE, async (request, reply) => {
    const { alertId, hitId } = request.params;
    const file = await store.call("loadAlert", { alertId });
    const found = file?.hits.find((one) => one.hitId === hitId);
    if (file === null || found === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
    const register = deps.register();
    if (found.hit.country !== self.state) {
      const detail = "the State that found it asks; this hit is of another";
      return sendProblem(reply, problemOf("ILLEGAL_MOVE", { detail }));
    }
    const trace = traceFromHit(file, found, { self, register });
    if (trace !== undefined) return reply.send(trace);
    return sendProblem(reply, problemOf("ILLEGAL_MOVE", { detail: "the hit is on no firearm" }));
  });
}

/** The route by which a focal point lets alerts of agencies leave. */
export function addAlertDecisionRoute(routes: HttpRoutes, deps: AlertRouteDeps): void {
  const { clock, register, self, store } = deps;
  routes.post("/alerts/:alertId/approve", DECIDE_ALERT, async (request, reply) => {
    const { approved, messageId, reason = "" } = request.body;
    if (!approved && reason.trim() === "") {
      const problems = [{ field: "reason", rule: "is required when it is not approved" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const { alertId } = request.params;
    const file = await store.call("loadAlert", { alertId });
    const version = file?.versions.find((one) => one.messageId === messageId);
    if (version === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
    const nowMs = clock.now();
    const to = version.alert.addressedTo ?? AlertAddressing.create();
    const expanded = recipientsOf(to, { self, register: register(), nowMs });
    if (!expanded.ok) return sendProblem(reply, problemFromRefusal(expanded.refusal));
    const decided = await store.call("alertDecide", {
      ...{ self, alertId, messageId, approved, reason, nowMs },
      ...expanded.value,
      repeat: repeatOf(request),
      actor: actorOf(request).userId,
    });
    switch (decided.type) {
      case "decided":
        if (!decided.repeated) deps.onDrafted();
        return reply
          .code(decided.repeated ? 200 : 201)
          .send({ alertId, messageId, approved, leftAs: decided.leftAs ?? undefined });
      case "mismatch":
        return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
      case "unknown":
        return sendProblem(reply, problemOf("NOT_FOUND"));
      case "settled":
        return sendProblem(reply, problemOf("DECIDED_OTHERWISE"));
      default:
        return decided satisfies never;
    }
  });
}

function answer(reply: Reply, answered: AlertAnsweredOnce, { onDrafted }: AlertRouteDeps) {
  switch (answered.type) {
    case "answered": {
      const { hitId, messageId, repeated } = answered;
      if (!repeated) onDrafted();
      return reply.code(repeated ? 200 : 201).send({ messageId, hitId });
    }
    case "mismatch":
      return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    case "unknown":
      return sendProblem(reply, problemOf("NOT_FOUND"));
    case "illegal":
      return sendProblem(reply, problemOf("ILLEGAL_MOVE", { detail: answered.why }));
    default:
      return answered satisfies never;
  }
}
