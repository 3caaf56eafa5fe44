// The door to what every HTTP API shares.

export { Instant, instantMsOf } from "#runtime";
export { actorOf, lackOf } from "./actor.ts";
export {
  type ApiAnswer,
  type ApiCall,
  type ApiDoor,
  ApiProblem,
  askApi,
  callApi,
  fetchFile,
  openStream,
  type ProblemField,
  readProblem,
  streamApi,
} from "./api-client.ts";
export type { ApiTitle } from "./contract/document.ts";
export {
  EXAMPLE_IDS,
  EXAMPLE_ORIGIN,
  EXAMPLE_TOKEN_TEXT,
  EXAMPLE_USER,
} from "./contract/example-ids.ts";
export type { OperationExample } from "./contract/operation.ts";
export { addFeedRoutes } from "./feed-routes.ts";
export { HTTP_CODES } from "./http-codes.ts";
export { nameIn } from "./name-in.ts";
export {
  ageText,
  attentionList,
  type PageAlert,
  type PageTable,
  renderPage,
  timeText,
} from "./page.ts";
export {
  filteredMark,
  keyOfMark,
  type ListFilters,
  pageMark,
  positionOf,
} from "./page-mark.ts";
export {
  type FieldProblem,
  InvalidRequest,
  PROBLEM_CODES,
  type Problem,
  type ProblemCode,
  type ProblemDetails,
  problemFromFault,
  problemFromRefusal,
  problemOf,
  sendProblem,
} from "./problem.ts";
export {
  EXAMPLE_GLANCE,
  glanceAtRegister,
  REGISTER_GLANCE,
  type RegisterGlance,
  type RegisterGlanceSource,
} from "./register-glance.ts";
export { RepeatHeaders, repeatOf } from "./repeat-request.ts";
export type { HttpRoutes, TypeBoxProvider } from "./routes.ts";
export {
  createHttpServer,
  type HttpApi,
  type HttpServer,
  type HttpServerOptions,
} from "./server.ts";
export { addUserOnce, issueToken, type UserSpec } from "./user-client.ts";
export { addUserRoutes } from "./user-routes.ts";
export { BAD_MARK, nextMark, pageAfter, pageLimit } from "./user-schema.ts";
export { addWebhookRoutes } from "./webhook-routes.ts";
