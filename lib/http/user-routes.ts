import type { FastifyReply } from "fastify";
import { type Clock, HTTP_LIMITS, instantMsOf } from "#runtime";
import { actorOf } from "./actor.ts";
import { pageMark, positionOf } from "./page-mark.ts";
import { type FieldProblem, problemOf, sendProblem } from "./problem.ts";
import { repeatOf } from "./repeat-request.ts";
import type { HttpRoutes } from "./routes.ts";
import {
  ADD_USER,
  ISSUE_TOKEN,
  LIST_USERS,
  REVOKE_TOKEN,
  SHOW_OWN_ACCOUNT,
  SHOW_USER,
  setUserStatus,
} from "./user-operations.ts";
import { BAD_MARK, type NewUser } from "./user-schema.ts";
import type { Guard } from "./users/guard.ts";
import { mayHold } from "./users/roles.ts";
import { newToken } from "./users/token.ts";
import type { UserChanged, UserDetail, UserStore } from "./users/user-procedures.ts";
import { RESERVED_USER_IDS, type TokenRecord, type UserRecord } from "./users/user-record.ts";

/** What the routes of users need. */
export interface UserRouteDeps {
  readonly store: UserStore;
  readonly guard: Guard;
  readonly clock: Clock;
}

/** Routes about users and their tokens, the same in every service (TP-API-1 to TP-API-7). */
export function addUserRoutes(routes: HttpRoutes, deps: UserRouteDeps): void {
  addReadRoutes(routes, deps);
  addUserAdding(routes, deps);
  addStatusRoutes(routes, deps);
  addTokenRoutes(routes, deps);
}

function addReadRoutes(routes: HttpRoutes, { store }: UserRouteDeps): void {
  routes.get("/me", SHOW_OWN_ACCOUNT, async (request, reply) => {
    const { userId, tokenId, permissions } = actorOf(request);
    const found = await store.call("userLoad", { userId });
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send({
      ...userView(found.user),
      tokenId,
      permissions: [...permissions].toSorted(),
    });
  });
  routes.get("/users", LIST_USERS, async (request, reply) => {
    const { limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const after = positionOf(request.query.after);
    if (after === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const users = await store.call("userList", { after, limit });
    const last = users.length === limit ? users.at(-1) : undefined;
    return reply.send({
      users: users.map(userView),
      next: last === undefined ? undefined : pageMark(last.position),
    });
  });
  routes.get("/users/:userId", SHOW_USER, async (request, reply) => {
    const found = await store.call("userLoad", request.params);
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(detailView(found));
  });
}

function addUserAdding(routes: HttpRoutes, { store, clock }: UserRouteDeps): void {
  routes.post("/users", ADD_USER, async (request, reply) => {
    const { userId, name, kind = "person", responsible, roles } = request.body;
    const problems = problemsOf(request.body);
    if (problems.length > 0) return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    const added = await store.call("userAdd", {
      userId,
      name,
      kind,
      responsible: responsible ?? null,
      roles,
      actor: actorOf(request).userId,
      repeat: repeatOf(request),
      nowMs: clock.now(),
    });
    switch (added.type) {
      case "added":
        return reply.code(added.repeated ? 200 : 201).send(userView(added.user));
      case "mismatch":
        return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
      case "exists":
        return sendProblem(reply, problemOf("USER_EXISTS", { field: "userId" }));
      case "responsible-unknown": {
        const wrong = [{ field: "responsible", rule: "must be an active person of this service" }];
        return sendProblem(reply, problemOf("INPUT_INVALID", { problems: wrong }));
      }
      default:
        return added satisfies never;
    }
  });
}

/** What a schema cannot say: which roles go with which kind, and who answers for a system. */
function problemsOf({ userId, kind = "person", responsible, roles }: NewUser): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (RESERVED_USER_IDS.includes(userId)) {
    problems.push({ field: "userId", rule: "is kept for the service itself" });
  }
  roles.forEach((role, at) => {
    if (mayHold(kind, role)) return;
    problems.push({ field: `roles.${at}`, rule: `a ${kind} cannot be ${role}` });
  });
  if (kind === "system" && responsible === undefined) {
    problems.push({ field: "responsible", rule: "a system names the person who answers for it" });
  }
  if (kind === "person" && responsible !== undefined) {
    problems.push({ field: "responsible", rule: "a person answers for himself" });
  }
  return problems;
}

function addStatusRoutes(routes: HttpRoutes, { store, guard, clock }: UserRouteDeps): void {
  for (const [verb, status] of [
    ["disable", "disabled"],
    ["enable", "active"],
  ] as const) {
    const operation = setUserStatus(verb, status);
    routes.post(`/users/:userId/${verb}`, operation, async (request, reply) => {
      const { userId } = request.params as { userId: string };
      const act = { actor: actorOf(request).userId, nowMs: clock.now() };
      const changed = await store.call("userSetStatus", { ...act, userId, status });
      guard.forget();
      return answerChange(reply, changed);
    });
  }
}

function addTokenRoutes(routes: HttpRoutes, { store, guard, clock }: UserRouteDeps): void {
  routes.post("/users/:userId/tokens", ISSUE_TOKEN, async (request, reply) => {
    const { userId } = request.params;
    const { label = "", expiresAt } = request.body;
    const nowMs = clock.now();
    const expiresAtMs = expiresAt === undefined ? null : instantMsOf(expiresAt);
    const rule = expiresAtMs === null ? undefined : expiryRule(expiresAtMs, nowMs);
    if (rule !== undefined) {
      const problems = [{ field: "expiresAt", rule }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const { text, tokenId, digest } = newToken();
    const actor = actorOf(request).userId;
    const kept = { userId, tokenId, digest, label, expiresAtMs, actor, nowMs };
    const issued = await store.call("userIssueToken", { ...kept, repeat: repeatOf(request) });
    switch (issued.type) {
      case "issued": {
        const view = { userId, tokenId: issued.tokenId, label: issued.label, expiresAt };
        if (issued.repeated) return reply.send(view);
        return reply.code(201).send({ ...view, token: text });
      }
      case "mismatch":
        return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
      case "unknown":
        return sendProblem(reply, problemOf("NOT_FOUND"));
      case "disabled":
        return sendProblem(reply, problemOf("USER_DISABLED"));
      case "too-many":
        return sendProblem(reply, problemOf("TOO_MANY_TOKENS"));
      default:
        return issued satisfies never;
    }
  });
  routes.post("/users/:userId/tokens/:tokenId/revoke", REVOKE_TOKEN, async (request, reply) => {
    const act = { actor: actorOf(request).userId, nowMs: clock.now() };
    const changed = await store.call("userRevokeToken", { ...act, ...request.params });
    guard.forget();
    return answerChange(reply, changed);
  });
}

function expiryRule(expiresAtMs: number, nowMs: number): string | undefined {
  if (expiresAtMs <= nowMs) return "must be in the future";
  const tooFar = expiresAtMs - nowMs > HTTP_LIMITS.tokenLifeMsMax;
  return tooFar ? "must be within ten years; leave it out for a token without an end" : undefined;
}

function answerChange(reply: FastifyReply, changed: UserChanged): FastifyReply {
  switch (changed.type) {
    case "done":
      return reply.send(userView(changed.user));
    case "unknown":
      return sendProblem(reply, problemOf("NOT_FOUND"));
    case "last-administrator":
      return sendProblem(reply, problemOf("LAST_ADMINISTRATOR"));
    default:
      return changed satisfies never;
  }
}

function userView(user: UserRecord) {
  const { userId, name, kind, responsible, roles, status, createdAtMs } = user;
  return {
    userId,
    name,
    kind,
    responsible: responsible ?? undefined,
    roles,
    status,
    createdAt: instant(createdAtMs),
  };
}

function detailView({ user, tokens, changes }: UserDetail) {
  return {
    ...userView(user),
    tokens: tokens.map(tokenView),
    changes: changes.map(({ atMs, actor, change, detail }) => ({
      at: instant(atMs),
      actor,
      change,
      detail: detail || undefined,
    })),
  };
}

function tokenView(token: TokenRecord) {
  return {
    tokenId: token.tokenId,
    label: token.label,
    issuedAt: instant(token.issuedAtMs),
    expiresAt: instant(token.expiresAtMs),
    revokedAt: instant(token.revokedAtMs),
    lastUsedAt: instant(token.lastUsedAtMs),
  };
}

function instant(ms: number | null): string | undefined {
  return ms === null ? undefined : new Date(ms).toISOString();
}
