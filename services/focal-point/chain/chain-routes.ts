import { type HttpRoutes, problemOf, sendProblem } from "#http";
import { isStateCode } from "#reference";
import type { Clock } from "#runtime";
import { refusedProblem } from "../onward/onward-problem.ts";
import type { ChainRouteDeps } from "./ask-whom-routes.ts";
import { addAskWhomRoute } from "./ask-whom-routes.ts";
import { NEXT_REQUEST, SHOW_CHAIN } from "./chain-operations.ts";
import { chainView } from "./chain-view.ts";
import { nextRequest } from "./next-request.ts";

/** Routes about whom to ask and chains (TP-CHAIN-1 to TP-CHAIN-8). */
export function addChainRoutes(
  routes: HttpRoutes,
  deps: ChainRouteDeps & { readonly clock: Clock },
): void {
  addAskWhomRoute(routes, deps);
  const { clock, register, self, store } = deps;
  routes.get("/traces/:caseId/chain", SHOW_CHAIN, async (request, reply) => {
    const chain = await store.call("loadChain", { caseId: request.params.caseId });
    if (chain === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(chainView(chain.chainId, chain.hops));
  });
  routes.get("/traces/:caseId/next", NEXT_REQUEST, async (request, reply) => {
    const { caseId } = request.params;
    const { state } = request.query;
    if (state !== undefined && !isStateCode(state)) {
      const problems = [{ field: "state", rule: "is no ISO 3166-1 alpha-2 code" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const chain = await store.call("loadChain", { caseId });
    if (chain === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    const context = { register: register(), ownState: self.state, nowMs: clock.now() };
    const next = nextRequest(chain.hops, { caseId, state }, context);
    if (!next.ok) return sendProblem(reply, refusedProblem(next.refusal));
    return reply.send(next.value);
  });
}
