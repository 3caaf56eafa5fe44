import { type HttpRoutes, problemOf, sendProblem } from "#http";
import type { LogRenewer } from "../log-renewer.ts";
import type { KeptRenewal } from "../store/renewal/renewals.ts";
import { LIST_RENEWALS, RENEW_LOG } from "./renewal-operations.ts";

/** What the routes of renewals work with. */
export interface RenewalRouteDeps {
  readonly renewer: Pick<LogRenewer, "standing" | "renew">;
}

/** Routes that show when the log was renewed, and renew it (TP-RENEW-5). */
export function addRenewalRoutes(routes: HttpRoutes, { renewer }: RenewalRouteDeps): void {
  routes.get("/log/renewals", LIST_RENEWALS, async (request, reply) => {
    const { digest, dueAtMs, rehashed, renewals, size } = await renewer.standing(
      request.query.digest,
    );
    return reply.send({
      ...{ digest, rehashed, size },
      renewals: renewals.map(renewalView),
      dueAt: dueAtMs === undefined ? undefined : new Date(dueAtMs).toISOString(),
    });
  });
  routes.post("/log/renewals", RENEW_LOG, async (request, reply) => {
    const done = await renewer.renew(request.body.digest);
    switch (done.type) {
      case "renewed":
        return reply.send(renewalView(done.renewal));
      case "not-ready": {
        const detail = `${done.rehashed} of ${done.size} entries are hashed again`;
        return sendProblem(reply, problemOf("LOG_NOT_RENEWED", { detail }));
      }
      case "nothing":
        return sendProblem(reply, problemOf("LOG_NOT_RENEWED"));
      default:
        return done satisfies never;
    }
  });
}

function renewalView({ digest, logIndex, number, renewedAtMs, signed, size }: KeptRenewal) {
  return {
    ...{ number, digest, size, logIndex },
    renewedAt: new Date(renewedAtMs).toISOString(),
    signed: Buffer.from(signed).toString("base64"),
  };
}
