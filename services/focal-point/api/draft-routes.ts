import { fromTraceReply } from "#casework";
import { actorOf, type HttpRoutes, lackOf, problemOf, sendProblem } from "#http";
import { TraceReply } from "#proto";
import type { RuleDecision } from "../arrivals/acknowledge-case.ts";
import type { DraftAnswer } from "../arrivals/draft-record.ts";
import type { OpenTraceDeps } from "../cases/open-trace.ts";
import { DRAFT_ANSWER, RELEASE_DRAFT } from "./draft-operations.ts";
import { fromRecord } from "./firearm-schema.ts";
import { makeMove, writeReply } from "./move-routes.ts";

/** Routes about the answer that the register would give, for an officer to release (TP-ANS-14). */
export function addDraftRoutes(routes: HttpRoutes, deps: OpenTraceDeps): void {
  routes.get("/traces/:caseId/draft", DRAFT_ANSWER, async (request, reply) => {
    const { caseId } = request.params;
    const draft = await draftOfNow(deps, caseId);
    if (draft === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    const decision = await deps.store.call("ruleDecision", { caseId });
    const { candidates, draftId, more } = draft;
    return reply.send({
      draftId,
      asOf: new Date(draft.madeAtMs).toISOString(),
      reply: fromTraceReply(TraceReply.decode(draft.reply)),
      candidates: candidates.map(({ firearm, ...ranked }) => {
        return { ...ranked, firearm: fromRecord(firearm) };
      }),
      more,
      rules: decision === null ? undefined : decisionView(decision),
    });
  });
  routes.post("/traces/:caseId/release", RELEASE_DRAFT, async (request, reply) => {
    const { caseId } = request.params;
    const { changes, draftId } = request.body;
    const draft = await draftOfNow(deps, caseId);
    if (draft === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    if (draft.draftId !== draftId) return sendProblem(reply, problemOf("DRAFT_CHANGED"));
    const drafted = { draftId, isEdited: changes !== undefined };
    if (changes !== undefined) {
      const edited = await writeReply(deps, changes, request);
      if ("problem" in edited) return sendProblem(reply, edited.problem);
      return await makeMove(deps, { caseId, kind: "reply", ...edited, drafted }, request, reply);
    }
    const { reply: body } = draft;
    const isRefusal = TraceReply.decode(body).content?.$case === "refusal";
    const lack = isRefusal ? lackOf(actorOf(request), "traces:refuse") : undefined;
    if (lack !== undefined) return sendProblem(reply, lack);
    return await makeMove(deps, { caseId, kind: "reply", body, drafted }, request, reply);
  });
}

/** The draft that is kept; made anew when the register or the case has changed since. */
async function draftOfNow(
  { clock, self, store }: OpenTraceDeps,
  caseId: string,
): Promise<DraftAnswer | null> {
  const kept = await store.call("findDraft", { caseId });
  return kept ?? (await store.call("makeDraft", { caseId, self, nowMs: clock.now() }));
}

function decisionView({ atMs, because, messageId, rule, rulesVersion }: RuleDecision) {
  return {
    version: rulesVersion,
    rule: rule || undefined,
    because: because.length === 0 ? undefined : [...because],
    messageId: messageId || undefined,
    at: new Date(atMs).toISOString(),
  };
}
