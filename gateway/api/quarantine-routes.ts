import {
  actorOf,
  BAD_MARK,
  type HttpRoutes,
  type Problem,
  pageMark,
  positionOf,
  problemOf,
  sendProblem,
} from "#http";
import { type Clock, type Database, HTTP_LIMITS, newMessageId } from "#runtime";
import type { CurrentRegister } from "#trust";
import { refusalCodeOf } from "#wire";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { GatewayEvents } from "../events.ts";
import type { Decision, DecisionKind, DecisionResult } from "../store/quarantine-decision.ts";
import type { GatewayProcedures } from "../store.ts";
import { decideItem, LIST_ITEMS, SHOW_ITEM } from "./quarantine-operations.ts";
import { decisionView, itemDetailView, itemView } from "./quarantine-view.ts";

/** What the routes of quarantine work with. */
export interface QuarantineRouteDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  readonly events: Pick<GatewayEvents, "itemDecided">;
  readonly register: Pick<CurrentRegister, "view">;
  readonly clock: Clock;
}

/** Routes to see what the gateway could not verify, and to decide about it (TP-OPS-10). */
export function addQuarantineRoutes(routes: HttpRoutes, deps: QuarantineRouteDeps): void {
  addReadRoutes(routes, deps);
  addDecisionRoutes(routes, deps);
}

function addReadRoutes(routes: HttpRoutes, { store }: QuarantineRouteDeps): void {
  routes.get("/quarantine", LIST_ITEMS, async (request, reply) => {
    const { participant, state, code, after, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const before = positionOf(after);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const items = await store.call("listItems", {
      before: after === undefined ? null : before,
      state: state ?? null,
      participant: participant ?? null,
      code: code === undefined ? null : refusalCodeOf(code),
      limit,
    });
    const last = items.length === limit ? items.at(-1) : undefined;
    return reply.send({
      items: items.map(itemView),
      next: last === undefined ? undefined : pageMark(last.id),
    });
  });
  routes.get("/quarantine/:id", SHOW_ITEM, async (request, reply) => {
    const found = await store.call("loadItem", request.params);
    if (found === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(itemDetailView(found));
  });
}

/** Verb of a route → what it decides. */
const VERBS = [
  ["release", "released"],
  ["reject", "rejected"],
] as const;

function addDecisionRoutes(routes: HttpRoutes, deps: QuarantineRouteDeps): void {
  for (const [verb, decision] of VERBS) {
    routes.post(`/quarantine/:id/${verb}`, decideItem(verb, decision), async (request, reply) => {
      const { id } = request.params;
      const { reason } = request.body;
      const wish = { id, decision, actor: actorOf(request).userId, reason };
      const result = await decide(deps, wish);
      if (result.type !== "decided") return sendProblem(reply, problemOfDecision(result));
      return reply.send({ id, ...decisionView(result.made), repeated: !result.isNew });
    });
  }
}

/** What is decided is on disk and logged when this returns; the courier says it. */
async function decide(
  deps: QuarantineRouteDeps,
  wish: {
    readonly id: number;
    readonly decision: DecisionKind;
    readonly actor: string;
    readonly reason: string;
  },
): Promise<DecisionResult> {
  const { store, checkpoints, events, register, clock } = deps;
  const registerVersion = Number(register.view().version);
  const nowMs = clock.now();
  const receiptId = newMessageId(nowMs);
  const result = await store.call("decideItem", { ...wish, receiptId, registerVersion, nowMs });
  if (result.type === "decided" && result.isNew) {
    if (result.head !== undefined) checkpoints.note(result.head);
    events.itemDecided(wish.id, result.made);
  }
  return result;
}

function problemOfDecision(result: Exclude<DecisionResult, { type: "decided" }>): Problem {
  switch (result.type) {
    case "unknown":
      return problemOf("NOT_FOUND");
    case "decided-otherwise":
      return problemOf("DECIDED_OTHERWISE", { detail: told(result.made) });
    case "settled":
      return problemOf("NOTHING_TO_DECIDE");
    case "too-many":
      return problemOf("TOO_MANY_REJECTED");
    default:
      return result satisfies never;
  }
}

function told({ decision, actor, decidedAtMs, reason }: Decision): string {
  return `${actor} ${decision} it at ${new Date(decidedAtMs).toISOString()}: ${reason}`;
}
