import { type FastifyBaseLogger, type FastifyPluginAsync, fastify, LogController } from "fastify";
import type { Registry } from "prom-client";
import type { TSchema } from "typebox";
import { TracepostError } from "#errors";
import { compileSchema, HTTP_LIMITS, type Logger } from "#runtime";
import { admit } from "./actor.ts";
import { type ApiTitle, installContract } from "./contract/document.ts";
import { hostCheck } from "./host-check.ts";
import { addOpenRoutes } from "./open-routes.ts";
import { STYLE_SOURCE } from "./page.ts";
import {
  InvalidRequest,
  type Problem,
  type ProblemCode,
  problemFromFault,
  problemOf,
  sendProblem,
} from "./problem.ts";
import { createRequestRate, type RateBounds, type RequestRate } from "./request-rate.ts";
import type { HttpRoutes, TypeBoxProvider } from "./routes.ts";
import { type DoorSecurity, doorIdentity, followIdentity } from "./secure-door.ts";
import type { Guard } from "./users/guard.ts";

/** What every role hands over. */
export interface HttpServerOptions extends DoorSecurity, RateBounds {
  /** Port; 0 takes a free one. */
  readonly port: number;
  /** Names it answers to besides those of loopback; see hostCheck. */
  readonly names?: readonly string[] | undefined;
  readonly logger: Logger;
  /** Head of the description at `/openapi.json`. */
  readonly title: ApiTitle;
  /** Named conditions of `/readyz`; it says 503 until all hold. */
  readonly health: Readonly<Record<string, () => boolean | Promise<boolean>>>;
  /** What is behind the guard. */
  readonly api?: HttpApi;
  /** Served at `/metrics`. */
  readonly metrics?: Registry;
  /** Renders `/`, open to everybody who reaches the port: no content of any message. */
  readonly statusPage?: () => string | Promise<string>;
  /** Adds routes that ask for no token, a bounded number of times: nobody's secret (TP-API-22). */
  readonly openRoutes?: (routes: HttpRoutes) => void;
  /** Longest JSON body in bytes. */
  readonly bodyBytesMax?: number;
}

/** The part of a door that only known users reach: everything below `/v1`. */
export interface HttpApi {
  /** Tells who stands behind a request. */
  readonly guard: Guard;
  /**
   * Adds routes; paths are written without `/v1`. Each names its permission in `config`
   * (TP-API-2); one that does not is a fault at start.
   */
  readonly routes: (routes: HttpRoutes) => void | Promise<void>;
}

/** A listening server. */
export interface HttpServer {
  /** `http://host:port`, `https://…` with a certificate. */
  readonly url: string;
  /** Answers what is under way, refuses what comes, then closes. */
  close(): Promise<void>;
}

const SECURITY_HEADERS = {
  "content-security-policy":
    `default-src 'none'; style-src ${STYLE_SOURCE}; base-uri 'none'; ` +
    "form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
} as const;

/**
 * Starts the HTTP door that every role has: `/healthz`, `/readyz`, `/metrics`, a status page, the
 * description `/openapi.json` and, behind the guard, the role's own routes below `/v1`. Errors are
 * problem details (RFC 9457) with a closed code. Throws TracepostError UNAVAILABLE when the port
 * cannot be had, CONFIG_INVALID and KEY_FILE as doorIdentity says, INTERNAL when a route names no
 * permission or is not described.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const https = (await doorIdentity(options)) ?? null;
  const app = fastify({
    https,
    loggerInstance: options.logger as FastifyBaseLogger,
    // A path or query can hold a serial number; only route patterns are logged, below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyBytesMax ?? HTTP_LIMITS.bodyBytesMax,
    requestTimeout: HTTP_LIMITS.requestMs,
    forceCloseConnections: "idle",
    return503OnClosing: true,
  }).withTypeProvider<TypeBoxProvider>();
  app.decorateRequest("actor", null);
  installHooks(app, options);
  await installContract(app, options.title);
  addOpenRoutes(app, options);
  const rate = await createRequestRate(app, options);
  await installOpenRoutes(app, options, rate);
  await installApi(app, options, rate);
  let isClosing = false;
  // Only connections that are idle when it closes are closed; others would stay open for a while.
  app.addHook("onSend", async (_request, reply) => {
    if (isClosing) reply.header("connection", "close");
  });
  try {
    // One server: for localhost there would be two, of which one were never renewed.
    const host = options.host === "localhost" ? "127.0.0.1" : options.host;
    const url = await app.listen({ host, port: options.port });
    const unfollow = followIdentity(app.server, options, options.logger);
    const close = (): Promise<void> => {
      isClosing = true;
      unfollow();
      return app.close();
    };
    return { url, close };
  } catch (caught) {
    await app.close();
    throw new TracepostError("UNAVAILABLE", `cannot listen on ${options.host}:${options.port}`, {
      cause: caught,
      remedy: "Free the port, or configure port 0 for a free one.",
    });
  }
}

function installHooks(app: HttpRoutes, options: HttpServerOptions): void {
  const answersTo = hostCheck(options.host, options.names);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!answersTo(request.headers.host)) return sendProblem(reply, problemOf("MISDIRECTED"));
    return undefined;
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "(none)";
    const { method } = request;
    options.logger.debug({ method, route, status: reply.statusCode }, "request answered");
  });
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const checker = compileSchema(schema as TSchema);
    const convert = httpPart !== "body";
    return (data: unknown) => {
      const result = checker.check(data, { convert });
      return result.ok ? { value: result.value } : { error: new InvalidRequest(result.problems) };
    };
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problemOf("NOT_FOUND")));
  app.setErrorHandler((caught, request, reply) => {
    const problem = problemOfError(caught);
    if (problem.status >= 500) {
      options.logger.error({ err: caught, route: request.routeOptions.url }, "a request failed");
    }
    return sendProblem(reply, problem);
  });
}

/** Codes of Fastify's own errors that have a meaning of ours. */
const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
};

function problemOfError(caught: unknown): Problem {
  if (caught instanceof TracepostError) return problemFromFault(caught);
  if (caught instanceof Error && "statusCode" in caught && "code" in caught) {
    const known = FASTIFY_CODES[String(caught.code)];
    if (known !== undefined) return problemOf(known);
    const status = Number(caught.statusCode);
    if (status >= 400 && status < 500) return problemOf("USAGE", { detail: caught.message });
  }
  return problemOf("INTERNAL");
}

async function installOpenRoutes(
  app: HttpRoutes,
  { openRoutes }: HttpServerOptions,
  rate: RequestRate,
): Promise<void> {
  if (openRoutes === undefined) return;
  const counted: FastifyPluginAsync = async (routes) => {
    routes.addHook("onRoute", (route) => {
      route.config = { ...route.config, isCounted: true };
    });
    routes.addHook("onRequest", (request, reply) => rate.ofAddress(request, reply));
    openRoutes(routes as HttpRoutes);
  };
  await app.register(counted);
}

async function installApi(
  app: HttpRoutes,
  { api }: HttpServerOptions,
  rate: RequestRate,
): Promise<void> {
  if (api === undefined) return;
  const gate = { guard: api.guard, rate };
  const guarded: FastifyPluginAsync = async (routes) => {
    routes.addHook("onRoute", ({ url, config }) => {
      if (config?.permission !== undefined) return;
      throw new TracepostError("INTERNAL", `the route ${url} names no permission`);
    });
    routes.addHook("onRequest", (request, reply) => admit(gate, request, reply));
    await api.routes(routes as HttpRoutes);
  };
  await app.register(guarded, { prefix: "/v1" });
}
