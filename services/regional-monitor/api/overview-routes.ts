import type { HttpRoutes } from "#http";
import { addIncidentRoutes } from "#participant";
import { SUMMARIZE } from "./overview-operations.ts";
import { type SummaryDeps, summarize } from "./summary.ts";

/** Routes for whoever looks after the service: counts, and what to look into. */
export function addOverviewRoutes(routes: HttpRoutes, deps: SummaryDeps): void {
  routes.get("/summary", SUMMARIZE, () => summarize(deps));
  addIncidentRoutes(routes, deps);
}
