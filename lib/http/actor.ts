import type { FastifyReply, FastifyRequest } from "fastify";
import { TracepostError } from "#errors";
import { type Problem, problemOf, sendProblem } from "./problem.ts";
import type { RequestRate } from "./request-rate.ts";
import type { Actor, Guard } from "./users/guard.ts";
import { type Permission, rolesWith } from "./users/roles.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What a user must be allowed to use the route (TP-API-2); every route of `/v1` says it. */
    permission?: Permission;
    /** Whether requests for it are counted by address: it is open (TP-API-22). */
    isCounted?: boolean;
  }
  interface FastifyRequest {
    /** Who does the request; set for every route of `/v1`. */
    actor: Actor | null;
  }
}

/** Who does a request. Throws TracepostError INTERNAL outside `/v1`. */
export function actorOf(request: FastifyRequest): Actor {
  if (request.actor !== null) return request.actor;
  throw new TracepostError("INTERNAL", "a route asked for the user of an open door");
}

/** The problem of a user who lacks a permission; undefined when he has it (TP-API-2). */
export function lackOf(actor: Actor, permission: Permission): Problem | undefined {
  if (actor.permissions.has(permission)) return undefined;
  const roles = rolesWith(permission);
  const detail = `this needs the permission ${permission}, which ${roles.join(", ")} have`;
  return problemOf("FORBIDDEN", { detail, permission, roles });
}

/** What stands before every route of `/v1`. */
export interface Gate {
  readonly guard: Guard;
  readonly rate: RequestRate;
}

/** Lets a request through when its user may use its route; otherwise ends it with the problem. */
export async function admit(
  { guard, rate }: Gate,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const actor = await guard.authenticate(request.headers.authorization);
  if (actor === undefined) {
    const ended = await rate.ofStranger(request, reply);
    if (ended !== undefined) return ended;
    reply.header("www-authenticate", 'Bearer realm="tracepost"');
    return sendProblem(reply, problemOf("UNAUTHENTICATED"));
  }
  request.actor = actor;
  const ended = await rate.ofUser(request, reply);
  if (ended !== undefined) return ended;
  const { permission } = request.routeOptions.config;
  const lack = permission === undefined ? undefined : lackOf(actor, permission);
  return lack === undefined ? undefined : sendProblem(reply, lack);
}
