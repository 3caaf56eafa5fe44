import type { HttpApi } from "#http";
import type { GatewaySummary } from "./gateway-summary.ts";
import { SUMMARIZE } from "./overview-operations.ts";

/** The same door, with the exchange at a glance. */
export function withSummary(door: HttpApi, summarize: () => Promise<GatewaySummary>): HttpApi {
  return {
    guard: door.guard,
    routes: async (routes) => {
      await door.routes(routes);
      routes.get("/summary", SUMMARIZE, summarize);
    },
  };
}
