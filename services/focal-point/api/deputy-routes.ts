import { actorOf, type HttpRoutes, instantMsOf, problemOf, repeatOf, sendProblem } from "#http";
import { HTTP_LIMITS, RELEASE_LIMITS } from "#runtime";
import type { Deputy } from "../releases/deputies.ts";
import { END_DEPUTY, LIST_DEPUTIES, NAME_DEPUTY } from "./release-operations.ts";
import type { ReleaseRouteDeps } from "./release-routes.ts";
import type { NewDeputyFacts } from "./release-schema.ts";

/** Routes about deputies: persons who may confirm for a time (TP-ANS-5). */
export function addDeputyRoutes(routes: HttpRoutes, deps: ReleaseRouteDeps): void {
  const { store, clock } = deps;
  routes.get("/deputies", LIST_DEPUTIES, async () => {
    const deputies = await store.call("listDeputies", { limit: HTTP_LIMITS.pageRowsMax });
    return { deputies: deputies.map((one) => deputyView(one, clock.now())) };
  });
  routes.post("/deputies", NAME_DEPUTY, async (request, reply) => {
    const nowMs = clock.now();
    const problems = timeProblems(request.body, nowMs);
    if (problems.length > 0) return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    const { userId, validFrom, validUntil, reason } = request.body;
    const named = await store.call("nameDeputy", {
      userId,
      validFromMs: validFrom === undefined ? nowMs : instantMsOf(validFrom),
      validUntilMs: instantMsOf(validUntil),
      reason,
      actor: actorOf(request).userId,
      nowMs,
      repeat: repeatOf(request),
    });
    if (named.type === "mismatch") return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    if (named.type === "named") {
      return reply.code(named.repeated ? 200 : 201).send(deputyView(named.deputy, nowMs));
    }
    const problem = { field: "userId", ...NOT_NAMED[named.type] };
    return sendProblem(reply, problemOf("INPUT_INVALID", { problems: [problem] }));
  });
  routes.delete("/deputies/:deputyId", END_DEPUTY, async (request, reply) => {
    const nowMs = clock.now();
    const { deputyId } = request.params;
    const actor = actorOf(request).userId;
    const ended = await store.call("endDeputy", { deputyId, actor, nowMs });
    if (ended === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(deputyView(ended, nowMs));
  });
}

const NOT_NAMED = {
  unknown: { rule: "is no active person here", remedy: "Have the person added as a user first." },
  oneself: { rule: "is yourself", remedy: "Have another supervisor name you." },
  "too-many": {
    rule: `would be one more than the ${RELEASE_LIMITS.deputiesMax} there may be`,
    remedy: "End a deputyship that is not needed.",
  },
};

function timeProblems({ validFrom, validUntil }: NewDeputyFacts, nowMs: number) {
  const fromMs = validFrom === undefined ? nowMs : instantMsOf(validFrom);
  const untilMs = instantMsOf(validUntil);
  const field = "validUntil";
  const remedy = "Give a time after it, within three months.";
  if (untilMs <= fromMs) return [{ field, rule: "is not after validFrom", remedy }];
  if (untilMs <= nowMs) return [{ field, rule: "is over", remedy }];
  if (untilMs - fromMs <= RELEASE_LIMITS.deputyMsMax) return [];
  return [{ field, rule: "is more than 92 days after validFrom", remedy }];
}

function deputyView(deputy: Deputy, nowMs: number) {
  const { validFromMs, validUntilMs, namedAtMs, endedAtMs, endedBy, ...rest } = deputy;
  const isNow = validFromMs <= nowMs && nowMs < validUntilMs;
  return {
    ...rest,
    validFrom: instant(validFromMs),
    validUntil: instant(validUntilMs),
    namedAt: instant(namedAtMs),
    endedBy: endedBy || undefined,
    endedAt: endedAtMs === null ? undefined : instant(endedAtMs),
    valid: isNow && endedAtMs === null,
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
