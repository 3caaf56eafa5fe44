import { Type } from "typebox";
import type { HttpRoutes } from "#http";
import { HTTP_LIMITS } from "#runtime";
import { type SummaryDeps, summarize } from "./summary.ts";

const Page = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: HTTP_LIMITS.pageRowsMax })) },
  { additionalProperties: false },
);

/** Routes for whoever looks after the service: counts, and what to look into. */
export function addOverviewRoutes(routes: HttpRoutes, deps: SummaryDeps): void {
  const config = { permission: "overview:read" } as const;
  routes.get("/summary", { config }, () => summarize(deps));
  routes.get("/incidents", { schema: { querystring: Page }, config }, async (request) => {
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
