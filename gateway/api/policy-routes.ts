import { type HttpRoutes, problemOf, sendProblem } from "#http";
import type { CurrentPolicy } from "#policy";
import { LogEvidence } from "#proto";
import type { Database } from "#runtime";
import { encodeMessage, LOG_EVIDENCE_HEADER } from "#wire";
import { evidenceOfStored } from "../evidence.ts";
import type { GatewaySigners } from "../identity.ts";
import type { GatewayProcedures } from "../store.ts";
import { FETCH_POLICY } from "./policy-operations.ts";

/** The route that hands the policy out to whoever asks; what comes is verified there. */
export function addPolicyFetch(
  routes: HttpRoutes,
  deps: {
    readonly policy: CurrentPolicy;
    readonly store: Pick<Database<GatewayProcedures>, "call">;
    readonly signers: Pick<GatewaySigners, "checkpoint">;
  },
): void {
  routes.get("/policy", FETCH_POLICY, async (request, reply) => {
    const version = Number(request.query.version ?? deps.policy.view().version);
    const kept = await deps.store.call("loadPolicyVersion", { version });
    if (kept === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    const evidence = evidenceOfStored(kept.evidence, deps.signers.checkpoint);
    return reply
      .header("content-type", "application/octet-stream")
      .header(
        LOG_EVIDENCE_HEADER,
        Buffer.from(encodeMessage(LogEvidence, evidence)).toString("base64"),
      )
      .send(Buffer.from(kept.policy) as never);
  });
}
