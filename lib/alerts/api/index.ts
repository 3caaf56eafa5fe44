// The door to the routes of alerts and checks, which a store's thread does not load.

export {
  ALERT_COUNTS,
  addAlertGauges,
  alertAttention,
  alertTable,
  countAlerts,
  NO_ALERTS,
} from "./alert-counts-view.ts";
export { addAlertDoor } from "./alert-door.ts";
export { EXAMPLE_ALERT, EXAMPLE_HIT } from "./alert-examples.ts";
export { type AlertRouteDeps, addAlertRoutes } from "./alert-routes.ts";
export { addAlertAnswerRoutes, addAlertDecisionRoute } from "./answer-routes.ts";
export { checkCsv } from "./check-answers-csv.ts";
export { parseCheckCsv } from "./check-csv.ts";
export { addCheckRoutes, type CheckDeps } from "./check-routes.ts";
export type { CheckReport, Question } from "./check-schema.ts";
export { checkReport, isStale, NOTICE } from "./check-view.ts";
export { type CopyKeeperDeps, startCopyKeeper } from "./copy-keeper.ts";
export { addPostRoutes, type PostDeps } from "./post-routes.ts";
