import type { HttpRoutes } from "#http";
import { type AlertRouteDeps, addAlertRoutes } from "./alert-routes.ts";
import { addAlertAnswerRoutes } from "./answer-routes.ts";
import { addCapRoutes } from "./cap-routes.ts";
import { addCheckRoutes, type CheckDeps } from "./check-routes.ts";
import { addPostRoutes, type PostDeps } from "./post-routes.ts";

/** Adds the routes of every service that has alerts: alerts, answers, checks and border posts. */
export function addAlertDoor(
  routes: HttpRoutes,
  deps: AlertRouteDeps & CheckDeps & PostDeps,
): void {
  addAlertRoutes(routes, deps);
  addCapRoutes(routes, deps);
  addAlertAnswerRoutes(routes, deps);
  addCheckRoutes(routes, deps);
  addPostRoutes(routes, deps);
}
