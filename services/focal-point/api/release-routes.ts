import type { FastifyReply, FastifyRequest } from "fastify";
import {
  actorOf,
  BAD_MARK,
  filteredMark,
  type HttpRoutes,
  keyOfMark,
  problemOf,
  sendProblem,
} from "#http";
import { type Clock, type Database, HTTP_LIMITS } from "#runtime";
import type { Undecided } from "../releases/decide.ts";
import type { NotAlone } from "../releases/hold.ts";
import type { StoredPolicy } from "../releases/release-policy.ts";
import type { ReleaseRecord } from "../releases/release-record.ts";
import type { Confirmer } from "../releases/second-person.ts";
import type { FocalPointProcedures } from "../store.ts";
import {
  CONFIRM_RELEASE,
  LIST_RELEASES,
  RETURN_RELEASE,
  REVIEW_RELEASE,
  SET_POLICY,
  SHOW_POLICY,
  SHOW_RELEASE,
} from "./release-operations.ts";

/** What the routes of releases need. */
export interface ReleaseRouteDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
  /** Told after a message was drafted. */
  readonly onDrafted: () => void;
}

/** Routes about what needs a second person (TP-ANS-1 to TP-ANS-7). */
export function addReleaseRoutes(routes: HttpRoutes, deps: ReleaseRouteDeps): void {
  addListRoutes(routes, deps);
  addDecisionRoutes(routes, deps);
  addPolicyRoutes(routes, deps);
}

function addListRoutes(routes: HttpRoutes, { store, clock }: ReleaseRouteDeps): void {
  routes.get("/releases", LIST_RELEASES, async (request, reply) => {
    const { state, caseId, overdue, after, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const filters = { list: "releases", state, caseId, overdue };
    const [place] = after === undefined ? [0] : (keyOfMark(after, filters) ?? []);
    if (place === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const nowMs = clock.now();
    const overdueAtMs = overdue === true ? nowMs : undefined;
    const page = { state, caseId, overdueAtMs, after: place, limit };
    const found = await store.call("listReleases", page);
    const last = found.length === limit ? found.at(-1) : undefined;
    const next = last && filteredMark([last.position], filters);
    return reply.send({ releases: found.map((one) => releaseView(one, nowMs)), next });
  });
  routes.get("/releases/:releaseId", SHOW_RELEASE, async (request, reply) => {
    const found = await store.call("showRelease", request.params);
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send({ ...releaseView(found.release, clock.now()), content: found.content });
  });
}

function addDecisionRoutes(routes: HttpRoutes, deps: ReleaseRouteDeps): void {
  const { store, clock, onDrafted } = deps;
  routes.post("/releases/:releaseId/confirm", CONFIRM_RELEASE, async (request, reply) => {
    const { releaseId } = request.params;
    const nowMs = clock.now();
    const { note = "" } = request.body;
    const decision = { releaseId, by: confirmerOf(request), note, nowMs };
    const confirmed = await store.call("confirmRelease", decision);
    if (confirmed.type === "stale") {
      return sendProblem(reply, problemOf("RELEASE_STALE", { detail: confirmed.detail }));
    }
    if (confirmed.type !== "confirmed") return sendUndecided(reply, confirmed);
    onDrafted();
    const { messageId, state } = confirmed.sent;
    const release = releaseView(confirmed.release, nowMs);
    return reply.send({ release, messageId: messageId || undefined, state });
  });
  routes.post("/releases/:releaseId/return", RETURN_RELEASE, async (request, reply) => {
    const { releaseId } = request.params;
    const nowMs = clock.now();
    const decision = { releaseId, by: confirmerOf(request), note: request.body.reason, nowMs };
    const returned = await store.call("returnRelease", decision);
    if (returned.type !== "returned") return sendUndecided(reply, returned);
    return await sendRelease(reply, deps, releaseId);
  });
  routes.post("/releases/:releaseId/review", REVIEW_RELEASE, async (request, reply) => {
    const { releaseId } = request.params;
    const nowMs = clock.now();
    const { verdict, note } = request.body;
    const decision = { releaseId, by: confirmerOf(request), note, verdict, nowMs };
    const reviewed = await store.call("reviewRelease", decision);
    if (reviewed.type !== "reviewed") return sendUndecided(reply, reviewed);
    return await sendRelease(reply, deps, releaseId);
  });
}

async function sendRelease(
  reply: FastifyReply,
  { store, clock }: ReleaseRouteDeps,
  releaseId: string,
): Promise<FastifyReply> {
  const found = await store.call("showRelease", { releaseId });
  if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
  return reply.send({ ...releaseView(found.release, clock.now()), content: found.content });
}

function addPolicyRoutes(routes: HttpRoutes, { store, clock }: ReleaseRouteDeps): void {
  routes.get("/policies/release", SHOW_POLICY, async () => {
    return policyView(await store.call("releasePolicy", undefined));
  });
  routes.put("/policies/release", SET_POLICY, async (request, reply) => {
    const actor = actorOf(request).userId;
    const set = await store.call("setReleasePolicy", {
      policy: request.body,
      actor,
      nowMs: clock.now(),
    });
    if (set.type !== "set") return sendHeld(reply, set);
    return reply.send(policyView(await store.call("releasePolicy", undefined)));
  });
}

/** Who would be the second person, as his token says. */
export function confirmerOf(request: FastifyRequest): Confirmer {
  const { userId, tokenId, permissions } = actorOf(request);
  return { userId, tokenId, mayConfirm: permissions.has("releases:confirm") };
}

/** Answers for something that one person could not send. */
export function sendHeld(reply: FastifyReply, held: NotAlone): FastifyReply {
  switch (held.type) {
    case "held": {
      const { releaseId, reasons } = held;
      return reply.code(202).send({ releaseId, state: "PENDING", reasons });
    }
    case "waiting": {
      const detail = `it waits as ${held.releaseId}`;
      return sendProblem(reply, problemOf("RELEASE_PENDING", { detail }));
    }
    case "not-alone":
      return sendProblem(reply, problemOf("NOT_ALONE"));
    default:
      return held satisfies never;
  }
}

function sendUndecided(reply: FastifyReply, undecided: Undecided): FastifyReply {
  switch (undecided.type) {
    case "unknown":
      return sendProblem(reply, problemOf("NOT_FOUND"));
    case "decided": {
      const { state, decidedBy } = undecided.release;
      const by = decidedBy === "" ? "" : ` by ${decidedBy}`;
      return sendProblem(reply, problemOf("RELEASE_DECIDED", { detail: `it is ${state}${by}` }));
    }
    case "same-person":
      return sendProblem(reply, problemOf("SAME_PERSON"));
    case "token-of-first": {
      const detail = "your token was issued by the person who prepared it";
      const remedy = "Have somebody else issue you a token.";
      return sendProblem(reply, problemOf("SAME_PERSON", { detail, remedy }));
    }
    case "not-a-person": {
      const detail = "a program cannot confirm";
      return sendProblem(reply, problemOf("NOT_SECOND_PERSON", { detail }));
    }
    case "no-supervisor": {
      const detail = "one of the two who sign a ledger off has to be a supervisor";
      const remedy = "Have a supervisor confirm it, or propose it.";
      return sendProblem(reply, problemOf("NOT_SECOND_PERSON", { detail, remedy }));
    }
    case "not-allowed":
      return sendProblem(reply, problemOf("NOT_SECOND_PERSON"));
    default:
      return undecided satisfies never;
  }
}

function releaseView(release: ReleaseRecord, nowMs: number) {
  const { reviewDueAtMs, decidedAtMs, state } = release;
  return {
    releaseId: release.releaseId,
    state,
    action: release.action,
    caseId: release.caseId || undefined,
    peer: release.peer || undefined,
    priority: release.priority,
    reasons: release.reasons,
    messageId: release.messageId || undefined,
    preparedBy: release.preparedBy,
    preparedAt: instant(release.preparedAtMs),
    decidedBy: release.decidedBy || undefined,
    decidedAt: decidedAtMs === null ? undefined : instant(decidedAtMs),
    asDeputy: release.isDeputy || undefined,
    note: release.note || undefined,
    breakGlass: release.aloneReason || undefined,
    reviewDueAt: reviewDueAtMs === null ? undefined : instant(reviewDueAtMs),
    overdue: (state === "REVIEW_DUE" && (reviewDueAtMs ?? nowMs) <= nowMs) || undefined,
    verdict: release.verdict || undefined,
  };
}

function policyView({ policy, version, actor, confirmedBy, atMs }: StoredPolicy) {
  if (version === 0) return { ...policy, version };
  const confirmed = confirmedBy === "" ? {} : { confirmedBy };
  return { ...policy, version, setBy: actor, ...confirmed, setAt: instant(atMs) };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
