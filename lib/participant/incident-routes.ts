import type { HttpRoutes } from "#http";
import { type Database, HTTP_LIMITS } from "#runtime";
import { LIST_INCIDENTS } from "./incident-operations.ts";
import type { ServiceProcedures } from "./store/service-store.ts";

/** Route to what somebody should look into. */
export function addIncidentRoutes(
  routes: HttpRoutes,
  deps: { readonly store: Pick<Database<ServiceProcedures>, "call"> },
): void {
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
