import type { FastifyReply } from "fastify";
import {
  actorOf,
  BAD_MARK,
  type HttpRoutes,
  instantMsOf,
  type Problem,
  pageMark,
  positionOf,
  problemOf,
  repeatOf,
  sendProblem,
} from "#http";
import { HoldActKind } from "#proto";
import { type Clock, type Database, HTTP_LIMITS, passCrashPoint } from "#runtime";
import type { RegisterView } from "#trust";
import type { HoldDone, HoldProcedures, LogHead, NotHeld } from "../hold-acts.ts";
import type { listHolds, loadHold } from "../hold-list.ts";
import type { noteAct } from "../note-act.ts";
import {
  ASK_HOLD,
  actOnHold,
  type HoldVerb,
  LIST_HOLDS,
  REVIEW_HOLD,
  SHOW_HOLD,
} from "./hold-operations.ts";
import type { NewHold } from "./hold-schema.ts";
import { holdDetailView, holdView, SCOPES, scopeOf } from "./hold-view.ts";
import { noteLook } from "./note-look.ts";

/** What the routes of legal holds ask of a store. */
export type HoldRouteProcedures = HoldProcedures & {
  listHolds: typeof listHolds;
  loadHold: typeof loadHold;
  noteAct: typeof noteAct;
};

/** What the routes of legal holds work with. */
export interface HoldRouteDeps {
  readonly store: Pick<Database<HoldRouteProcedures>, "call">;
  /** Names its crash point. */
  readonly where: "gateway" | "participant";
  /** Told of the log after an act, where one is kept. */
  readonly onLogged?: (head: LogHead) => void;
  readonly register: () => RegisterView;
  readonly clock: Clock;
}

/** Routes to ask for legal holds, to decide about them and to look at them (TP-HOLD-5). */
export function addHoldRoutes(routes: HttpRoutes, deps: HoldRouteDeps): void {
  addLookRoutes(routes, deps);
  addAskRoute(routes, deps);
  addActRoutes(routes, deps);
}

/** Who is inquired into is told to nobody unseen (TP-AUDIT-1). */
function addLookRoutes(routes: HttpRoutes, deps: HoldRouteDeps): void {
  const { clock, store } = deps;
  routes.get("/holds", LIST_HOLDS, async (request, reply) => {
    const { after, limit = HTTP_LIMITS.pageRowsMax, reviewDue, state } = request.query;
    const before = positionOf(after);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const nowMs = clock.now();
    const holds = await store.call("listHolds", {
      before: after === undefined ? null : before,
      state: state ?? null,
      reviewDueAtMs: reviewDue === true ? nowMs : null,
      limit,
    });
    await noteLook(deps, actorOf(request), { action: "search", subject: "holds" });
    const last = holds.length === limit ? holds.at(-1) : undefined;
    return reply.send({
      holds: holds.map((hold) => holdView(hold, nowMs)),
      next: last === undefined ? undefined : pageMark(last.id),
    });
  });
  routes.get("/holds/:id", SHOW_HOLD, async (request, reply) => {
    const found = await store.call("loadHold", request.params);
    const subject = `hold ${request.params.id}`;
    await noteLook(deps, actorOf(request), { action: "show", subject });
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(holdDetailView(found, clock.now()));
  });
}

function addAskRoute(routes: HttpRoutes, deps: HoldRouteDeps): void {
  const { clock, register, store } = deps;
  routes.post("/holds", ASK_HOLD, async (request, reply) => {
    const nowMs = clock.now();
    const wrong = wishProblem(request.body, nowMs);
    if (wrong !== undefined) return sendProblem(reply, wrong);
    const { authority, party, reason, reviewAt } = request.body;
    const view = register();
    const { head, result } = await store.call("askHold", {
      ...{ authority, reason, nowMs },
      scope: scopeOf(request.body),
      reviewAtMs: reviewAt === undefined ? null : instantMsOf(reviewAt),
      isRegistered: party !== undefined && view.participant(party) !== undefined,
      actor: actorOf(request).userId,
      repeat: repeatOf(request),
      registerVersion: Number(view.version),
    });
    noteHead(deps, head);
    if (result.type === "mismatch") return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    if (result.type !== "asked") return sendProblem(reply, askProblem(result));
    const made = await store.call("loadHold", { id: result.id });
    if (made === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.code(result.repeated ? 200 : 201).send(holdView(made.hold, nowMs));
  });
}

function noteHead({ onLogged, where }: HoldRouteDeps, head: LogHead | null): void {
  passCrashPoint(`${where}.hold-kept`);
  if (head !== null) onLogged?.(head);
}

/** What a schema cannot say: one scope, and a review that is to come. */
function wishProblem(wish: NewHold, nowMs: number): Problem | undefined {
  const given = SCOPES.filter((name) => wish[name] !== undefined);
  const { query, reviewAt } = wish;
  const { from, to } = query ?? {};
  const problems = [
    ...(given.length === 1
      ? []
      : [{ field: given[1] ?? "messages", rule: `exactly one of ${SCOPES.join(", ")}` }]),
    ...reviewProblems(reviewAt, nowMs),
    ...(from !== undefined && to !== undefined && instantMsOf(to) <= instantMsOf(from)
      ? [{ field: "query.to", rule: "is after query.from" }]
      : []),
  ];
  return problems.length === 0 ? undefined : problemOf("INPUT_INVALID", { problems });
}

function reviewProblems(reviewAt: string | undefined, nowMs: number) {
  if (reviewAt === undefined || instantMsOf(reviewAt) > nowMs) return [];
  return [{ field: "reviewAt", rule: "is to come" }];
}

function askProblem(result: NotHeld): Problem {
  switch (result.type) {
    case "unknown-message":
      return problemOf("NOTHING_TO_HOLD", { field: `messages[${result.position}]` });
    case "unknown-conversation":
      return problemOf("NOTHING_TO_HOLD", { field: "conversationId" });
    case "unknown-party":
      return problemOf("NOTHING_TO_HOLD", { field: "party" });
    case "unknown-criterion":
      return problemOf("NOTHING_TO_HOLD", { field: `query.${result.name}` });
    case "too-many":
      return problemOf("TOO_MANY_HOLDS");
    default:
      return result satisfies never;
  }
}

/** Verb of a route → what it does. */
const ACTS = {
  confirm: HoldActKind.CONFIRMED,
  decline: HoldActKind.DECLINED,
  release: HoldActKind.RELEASE_ASKED,
  "confirm-release": HoldActKind.RELEASED,
  keep: HoldActKind.RELEASE_DECLINED,
} as const satisfies Record<HoldVerb, HoldActKind>;

function addActRoutes(routes: HttpRoutes, deps: HoldRouteDeps): void {
  for (const [verb, kind] of Object.entries(ACTS) as [HoldVerb, HoldActKind][]) {
    routes.post(`/holds/:id/${verb}`, actOnHold(verb), async (request, reply) => {
      const { userId: actor } = actorOf(request);
      const { reason } = request.body;
      return await act(reply, deps, { id: request.params.id, kind, actor, reason });
    });
  }
  routes.post("/holds/:id/review", REVIEW_HOLD, async (request, reply) => {
    const { reason, reviewAt } = request.body;
    const problems = reviewProblems(reviewAt, deps.clock.now());
    if (problems.length > 0) return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    const reviewAtMs = reviewAt === undefined ? null : instantMsOf(reviewAt);
    const { userId: actor } = actorOf(request);
    const review = { id: request.params.id, kind: HoldActKind.REVIEWED, actor, reason, reviewAtMs };
    return await act(reply, deps, review);
  });
}

/** What is done is on disk and logged when this answers. */
async function act(
  reply: FastifyReply,
  deps: HoldRouteDeps,
  wish: {
    readonly id: number;
    readonly kind: HoldActKind;
    readonly actor: string;
    readonly reason: string;
    readonly reviewAtMs?: number | null;
  },
): Promise<FastifyReply> {
  const nowMs = deps.clock.now();
  const registerVersion = Number(deps.register().version);
  const args = { reviewAtMs: null, ...wish, nowMs, registerVersion };
  const { head, result } = await deps.store.call("actOnHold", args);
  noteHead(deps, head);
  if (result.type !== "done") return sendProblem(reply, actProblem(result));
  return reply.send({ ...holdView(result.hold, nowMs), repeated: result.repeated });
}

function actProblem(result: Exclude<HoldDone, { type: "done" }>): Problem {
  switch (result.type) {
    case "unknown":
      return problemOf("NOT_FOUND");
    case "otherwise":
      return problemOf("HOLD_OTHERWISE", { detail: `hold ${result.hold.id} is ${told(result)}` });
    case "same-person":
      return problemOf("HOLD_SECOND_PERSON", { detail: `it was asked for by ${askerOf(result)}` });
    default:
      return result satisfies never;
  }
}

type Refused = Extract<HoldDone, { type: "otherwise" | "same-person" }>;

function told({ hold }: Refused): string {
  return hold.waitingFor === null ? hold.state : `${hold.state} by ${hold.waitingFor}`;
}

function askerOf({ hold }: Refused): string {
  return hold.waitingFor ?? hold.askedBy;
}
