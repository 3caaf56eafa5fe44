import type { HttpRoutes } from "#http";
import { HTTP_LIMITS } from "#runtime";
import { LIST_INCIDENTS, SUMMARIZE } from "./overview-operations.ts";
import { type SummaryDeps, summarize } from "./summary.ts";

/** Routes for whoever looks after the service: counts, and what to look into. */
export function addOverviewRoutes(routes: HttpRoutes, deps: SummaryDeps): void {
  routes.get("/summary", SUMMARIZE, () => summarize(deps));
  routes.get("/incidents", LIST_INCIDENTS, async (request) => {
    const { limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const incidents = await deps.store.call("postIncidents", { limit });
    return {
      incidents: incidents.map(({ digest, firstAtMs, lastAtMs, ...incident }) => ({
        ...incident,
        digest: Buffer.from(digest).toString("base64"),
        firstAt: new Date(firstAtMs).toISOString(),
        lastAt: new Date(lastAtMs).toISOString(),
      })),
    };
  });
}
