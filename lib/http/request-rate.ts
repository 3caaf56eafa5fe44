import rateLimit from "@fastify/rate-limit";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HTTP_LIMITS } from "#runtime";
import { problemOf, sendProblem } from "./problem.ts";
import type { HttpRoutes } from "./routes.ts";

/** Bounds how often somebody may ask (TP-API-22). Each call counts one request. */
export interface RequestRate {
  /** Of a user who was recognised; ends the request when it is one too many. */
  ofUser(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>;
  /** Of an address whose token opened nothing; ends the request when it is one too many. */
  ofStranger(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>;
  /** Of an address that asks for what is open; ends the request when it is one too many. */
  ofAddress(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>;
}

/** How many requests in HTTP_LIMITS.rateWindowMs; default: HTTP_LIMITS. */
export interface RateBounds {
  /** Of one user, below `/v1`. */
  readonly requestsPerUserMax?: number | undefined;
  /** Of one address, for what is open; behind a proxy all have its address. */
  readonly requestsPerAddressMax?: number | undefined;
}

/**
 * Builds the bounds of a door. They are counted in memory, for a bounded number of users and
 * addresses. Who has a token that works is never held up by others at the same address.
 */
export async function createRequestRate(
  app: HttpRoutes,
  {
    requestsPerAddressMax = HTTP_LIMITS.requestsPerAddressMax,
    requestsPerUserMax = HTTP_LIMITS.requestsPerUserMax,
  }: RateBounds,
): Promise<RequestRate> {
  await app.register(rateLimit, { global: false });
  const timeWindow = HTTP_LIMITS.rateWindowMs;
  const users = app.createRateLimit({
    max: requestsPerUserMax,
    timeWindow,
    keyGenerator: ({ actor }: FastifyRequest) => actor?.userId ?? "",
  });
  const strangers = app.createRateLimit({ max: HTTP_LIMITS.failuresPerAddressMax, timeWindow });
  const addresses = app.createRateLimit({ max: requestsPerAddressMax, timeWindow });
  const bound = (count: typeof users) => async (request: FastifyRequest, reply: FastifyReply) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return undefined;
    reply.header("retry-after", Math.max(1, counted.ttlInSeconds));
    return sendProblem(reply, problemOf("TOO_MANY_REQUESTS"));
  };
  return { ofUser: bound(users), ofStranger: bound(strangers), ofAddress: bound(addresses) };
}
