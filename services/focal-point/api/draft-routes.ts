import { fromTraceReply } from "#casework";
import { actorOf, type HttpRoutes, lackOf, problemOf, sendProblem } from "#http";
import { TraceReply } from "#proto";
import type { OpenTraceDeps } from "../cases/open-trace.ts";
import { DRAFT_ANSWER, RELEASE_DRAFT } from "./draft-operations.ts";
import { fromRecord } from "./firearm-schema.ts";
import { makeMove } from "./move-routes.ts";

/** Routes about the answer that the register would give, for an officer to release (TP-ANS-8). */
export function addDraftRoutes(routes: HttpRoutes, deps: OpenTraceDeps): void {
  const { store, self, clock } = deps;
  routes.get("/traces/:caseId/draft", DRAFT_ANSWER, async (request, reply) => {
    const { caseId } = request.params;
    const draft = await store.call("draftAnswer", { caseId, self, nowMs: clock.now() });
    if (draft === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    const { candidates, draftId, more } = draft;
    return reply.send({
      draftId,
      reply: fromTraceReply(TraceReply.decode(draft.reply)),
      candidates: candidates.map(({ firearm, ...ranked }) => {
        return { ...ranked, firearm: fromRecord(firearm) };
      }),
      more,
    });
  });
  routes.post("/traces/:caseId/release", RELEASE_DRAFT, async (request, reply) => {
    const { caseId } = request.params;
    const draft = await store.call("draftAnswer", { caseId, self, nowMs: clock.now() });
    if (draft === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    if (draft.draftId !== request.body.draftId) {
      return sendProblem(reply, problemOf("DRAFT_CHANGED"));
    }
    const isRefusal = TraceReply.decode(draft.reply).content?.$case === "refusal";
    const lack = isRefusal ? lackOf(actorOf(request), "traces:refuse") : undefined;
    if (lack !== undefined) return sendProblem(reply, lack);
    return await makeMove(deps, { caseId, kind: "reply", body: draft.reply }, request, reply);
  });
}
