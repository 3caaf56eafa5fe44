import type { FastifyReply } from "fastify";
import { type Clock, WEBHOOK_LIMITS } from "#runtime";
import { actorOf } from "./actor.ts";
import { type FieldProblem, problemOf, sendProblem } from "./problem.ts";
import { repeatOf } from "./repeat-request.ts";
import type { HttpRoutes } from "./routes.ts";
import {
  ADD_WEBHOOK,
  DELETE_WEBHOOK,
  DISABLE_WEBHOOK,
  ENABLE_WEBHOOK,
  LIST_WEBHOOK_FAILURES,
  LIST_WEBHOOKS,
  ROTATE_WEBHOOK_SECRET,
  SHOW_WEBHOOK,
  TEST_WEBHOOK,
} from "./webhook-operations.ts";
import type { WebhookCourier } from "./webhooks/webhook-courier.ts";
import type { WebhookChanged, WebhookStore } from "./webhooks/webhook-procedures.ts";
import {
  type FailedAttempt,
  WEBHOOK_FAILURES,
  type WebhookAct,
  type WebhookRecord,
} from "./webhooks/webhook-record.ts";
import { newWebhookId, newWebhookSecret } from "./webhooks/webhook-secret.ts";

/** What the routes of webhooks need. */
export interface WebhookRouteDeps {
  readonly store: WebhookStore;
  readonly courier: WebhookCourier;
  readonly clock: Clock;
}

/** Routes of webhooks, the same in every service (TP-API-50 to TP-API-59). */
export function addWebhookRoutes(routes: HttpRoutes, deps: WebhookRouteDeps): void {
  addReadRoutes(routes, deps);
  addAdding(routes, deps);
  addStateRoutes(routes, deps);
  addSecretRoutes(routes, deps);
}

function addReadRoutes(routes: HttpRoutes, { store }: WebhookRouteDeps): void {
  routes.get("/webhooks", LIST_WEBHOOKS, async () => {
    const webhooks = await store.call("webhookList", undefined);
    return { webhooks: webhooks.map(webhookView) };
  });
  routes.get("/webhooks/:webhookId", SHOW_WEBHOOK, async (request, reply) => {
    const found = await store.call("webhookLoad", request.params);
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send({ ...webhookView(found.webhook), acts: found.acts.map(actView) });
  });
  routes.get("/webhooks/:webhookId/failures", LIST_WEBHOOK_FAILURES, async (request, reply) => {
    const failures = await store.call("webhookFailures", request.params);
    if (failures === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send({ failures: failures.map(failureView) });
  });
}

function addAdding(routes: HttpRoutes, { store, courier, clock }: WebhookRouteDeps): void {
  routes.post("/webhooks", ADD_WEBHOOK, async (request, reply) => {
    const { url, label = "", after = null } = request.body;
    const problem = addressProblem(url, courier.origins);
    if (problem !== undefined) {
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems: [problem] }));
    }
    const webhookId = newWebhookId();
    // Not kept for a repeat (TP-API-19).
    const secret = newWebhookSecret();
    const act = { actor: actorOf(request).userId, nowMs: clock.now() };
    const repeat = repeatOf(request);
    const made = { ...act, webhookId, url, label, after, secret, repeat };
    const added = await store.call("webhookAdd", made);
    if (added.type === "too-many") return sendProblem(reply, problemOf("TOO_MANY_WEBHOOKS"));
    if (added.type === "mismatch") return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    if (added.repeated) return answerChange(reply, added);
    courier.noteChanged(webhookId);
    return answerChange(reply, added, { status: 201, more: { secret } });
  });
}

/** Where a webhook may lead: to an origin that the service's configuration names (TP-API-51). */
function addressProblem(text: string, origins: readonly string[]): FieldProblem | undefined {
  const url = URL.parse(text);
  const field = "url";
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { field, rule: "must be an address that begins with https:// or http://" };
  }
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    return { field, rule: "must hold no user name, no password and no fragment" };
  }
  if (origins.includes(url.origin)) return undefined;
  const allowed = origins.length === 0 ? "none" : origins.join(", ");
  return {
    field,
    rule: `leads to ${url.origin}; allowed here: ${allowed}`,
    remedy: "Have the origin added to `webhookOrigins` in the service's configuration.",
  };
}

function addStateRoutes(routes: HttpRoutes, { store, courier, clock }: WebhookRouteDeps): void {
  routes.post("/webhooks/:webhookId/disable", DISABLE_WEBHOOK, async (request, reply) => {
    const { webhookId } = request.params;
    const act = { actor: actorOf(request).userId, nowMs: clock.now(), webhookId };
    const changed = await store.call("webhookDisable", act);
    courier.noteChanged(webhookId);
    return answerChange(reply, changed);
  });
  routes.post("/webhooks/:webhookId/enable", ENABLE_WEBHOOK, async (request, reply) => {
    const { webhookId } = request.params;
    const { after = null } = request.body;
    const act = { actor: actorOf(request).userId, nowMs: clock.now(), webhookId };
    const changed = await store.call("webhookEnable", { ...act, after });
    courier.noteChanged(webhookId);
    return answerChange(reply, changed);
  });
  routes.delete("/webhooks/:webhookId", DELETE_WEBHOOK, async (request, reply) => {
    const { webhookId } = request.params;
    const act = { actor: actorOf(request).userId, nowMs: clock.now(), webhookId };
    const isDeleted = await store.call("webhookDelete", act);
    courier.noteChanged(webhookId);
    if (!isDeleted) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send({ webhookId, deleted: true });
  });
}

function addSecretRoutes(routes: HttpRoutes, { store, courier, clock }: WebhookRouteDeps): void {
  routes.post(
    "/webhooks/:webhookId/rotate-secret",
    ROTATE_WEBHOOK_SECRET,
    async (request, reply) => {
      const { webhookId } = request.params;
      const nowMs = clock.now();
      const secret = newWebhookSecret();
      const act = { actor: actorOf(request).userId, nowMs, webhookId };
      const oldUntilMs = nowMs + WEBHOOK_LIMITS.secretOverlapMs;
      const changed = await store.call("webhookRotate", { ...act, secret, oldUntilMs });
      return answerChange(reply, changed, { status: 200, more: { secret } });
    },
  );
  routes.post("/webhooks/:webhookId/test", TEST_WEBHOOK, async (request, reply) => {
    const outcome = await courier.test(request.params.webhookId, actorOf(request).userId);
    if (outcome === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
    if (outcome.type === "delivered") {
      return reply.send({ delivered: true, status: outcome.status });
    }
    const { failure, detail } = outcome;
    const remedy = WEBHOOK_FAILURES[failure];
    return reply.send({ delivered: false, failure, detail: detail || undefined, remedy });
  });
}

function answerChange(
  reply: FastifyReply,
  changed: WebhookChanged,
  { status, more }: { readonly status: number; readonly more: object } = { status: 200, more: {} },
): FastifyReply {
  switch (changed.type) {
    case "done":
      return reply.code(status).send({ ...webhookView(changed.webhook), ...more });
    case "unknown":
      return sendProblem(reply, problemOf("NOT_FOUND"));
    case "gone": {
      const detail = `kept are changes ${changed.first} to ${changed.last}`;
      const remedy = "Read the cases anew, then give `after` a number from there.";
      return sendProblem(reply, problemOf("CHANGES_GONE", { field: "after", detail, remedy }));
    }
    default:
      return changed satisfies never;
  }
}

function webhookView(webhook: WebhookRecord) {
  const { webhookId, url, label, state, reason, position, attempts, failure, delivered } = webhook;
  return {
    webhookId,
    url,
    label,
    state,
    reason: reason || undefined,
    position,
    attempts,
    failure: failure || undefined,
    remedy: failure === "" ? undefined : WEBHOOK_FAILURES[failure],
    failingSince: instant(webhook.failingSinceMs),
    nextAttemptAt: instant(webhook.nextAttemptAtMs),
    delivered,
    deliveredAt: instant(webhook.deliveredAtMs),
    oldSecretUntil: instant(webhook.oldSecretUntilMs),
    createdAt: instant(webhook.createdAtMs),
  };
}

function actView({ atMs, actor, act, detail }: WebhookAct) {
  return { at: instant(atMs), actor, act, detail: detail || undefined };
}

function failureView({ atMs, sequence, attempt, failure, detail }: FailedAttempt) {
  const remedy = WEBHOOK_FAILURES[failure];
  return { at: instant(atMs), sequence, attempt, failure, detail: detail || undefined, remedy };
}

function instant(ms: number | null): string | undefined {
  return ms === null ? undefined : new Date(ms).toISOString();
}
