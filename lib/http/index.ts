// The door to what every HTTP API shares.

export { type ApiCall, type ApiDoor, callApi } from "./api-client.ts";
export { escapeHtml, Html, html, type PageTable, renderPage } from "./html.ts";
export {
  type FieldProblem,
  HTTP_CODES,
  InvalidRequest,
  type Problem,
  type ProblemCode,
  type ProblemDetails,
  problemFromFault,
  problemFromRefusal,
  problemOf,
  sendProblem,
} from "./problem.ts";
export {
  createHttpServer,
  type HttpRoutes,
  type HttpServer,
  type HttpServerOptions,
  type TypeBoxProvider,
} from "./server.ts";
