import { type HttpRoutes, problemOf, sendProblem } from "#http";
import type { CurrentPolicy } from "#policy";
import type { Database } from "#runtime";
import type { GatewayProcedures } from "../store.ts";
import { FETCH_POLICY } from "./policy-operations.ts";

/** The route that hands the policy out to whoever asks; what comes is verified there. */
export function addPolicyFetch(
  routes: HttpRoutes,
  deps: {
    readonly policy: CurrentPolicy;
    readonly store: Pick<Database<GatewayProcedures>, "call">;
  },
): void {
  routes.get("/policy", FETCH_POLICY, async (request, reply) => {
    const version = Number(request.query.version ?? deps.policy.view().version);
    const kept = await deps.store.call("loadPolicyVersion", { version });
    if (kept === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply
      .header("content-type", "application/octet-stream")
      .send(Buffer.from(kept.policy) as never);
  });
}
