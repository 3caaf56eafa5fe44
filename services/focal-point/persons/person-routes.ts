import { fromPersonsBlock } from "#casework";
import { actorOf, type HttpRoutes, instantMsOf, problemOf, sendProblem } from "#http";
import { PersonsBlock } from "#proto";
import { type Clock, type Database, HTTP_LIMITS, PERSON_LIMITS } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";
import {
  ERASE_PERSONS,
  LIST_PERSON_ACCESS,
  LIST_PERSON_BLOCKS,
  REVIEW_PERSONS,
  SHOW_PERSONS,
} from "./person-operations.ts";
import type { PersonBlockHead } from "./person-record.ts";

/** What the routes need. */
interface PersonRouteDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
}

/** Lines of the access log of one case that are shown. */
const ACCESS_ROWS_MAX = 1_000;

/** Routes about personal data (TP-PERS-5 to TP-PERS-7). */
export function addPersonRoutes(routes: HttpRoutes, { store, clock }: PersonRouteDeps): void {
  routes.get("/traces/:caseId/persons", SHOW_PERSONS, async (request, reply) => {
    const { caseId } = request.params;
    const { reason } = request.query;
    const actor = actorOf(request).userId;
    const found = await store.call("readPersons", { caseId, actor, reason, nowMs: clock.now() });
    const blocks = found.map(({ data, head }) => ({
      ...headView(head),
      data: data === null ? undefined : fromPersonsBlock(PersonsBlock.decode(data)),
    }));
    // Nothing between here and the reader keeps a copy.
    return reply.header("cache-control", "no-store").send({ blocks });
  });
  routes.get("/traces/:caseId/persons/access", LIST_PERSON_ACCESS, async (request, reply) => {
    const { caseId } = request.params;
    const lines = await store.call("accessOf", { caseId, limit: ACCESS_ROWS_MAX });
    const access = lines.map(({ atMs, ...line }) => ({ ...line, at: instant(atMs) }));
    return reply.send({ access });
  });
  routes.get("/persons", LIST_PERSON_BLOCKS, async (request, reply) => {
    const { after, dueUntil, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const dueUntilMs = dueUntil === undefined ? clock.now() : instantMsOf(dueUntil);
    const heads = await store.call("dueBlocks", { dueUntilMs, after, limit });
    const next = heads.length === limit ? heads.at(-1)?.blockId : undefined;
    return reply.send({ blocks: heads.map(headView), next });
  });
  addDecisionRoutes(routes, { store, clock });
}

function addDecisionRoutes(routes: HttpRoutes, { store, clock }: PersonRouteDeps): void {
  routes.post("/persons/:blockId/review", REVIEW_PERSONS, async (request, reply) => {
    const { blockId } = request.params;
    const { keepUntil, reason } = request.body;
    const nowMs = clock.now();
    const reviewAtMs = instantMsOf(keepUntil);
    if (reviewAtMs > nowMs + PERSON_LIMITS.reviewMs) {
      const problems = [{ field: "keepUntil", rule: "must be within five years" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const actor = actorOf(request).userId;
    const head = await store.call("reviewPersons", { blockId, reviewAtMs, actor, reason, nowMs });
    return head === null ? sendProblem(reply, problemOf("NOT_FOUND")) : reply.send(headView(head));
  });
  routes.post("/persons/:blockId/erase", ERASE_PERSONS, async (request, reply) => {
    const { blockId } = request.params;
    const { reason } = request.body;
    const actor = actorOf(request).userId;
    const nowMs = clock.now();
    const head = await store.call("erasePersonsUnlessHeld", { blockId, actor, reason, nowMs });
    if (head === "held") return sendProblem(reply, problemOf("RECORD_HELD"));
    return head === null ? sendProblem(reply, problemOf("NOT_FOUND")) : reply.send(headView(head));
  });
}

/** A block without its data, as it is told. */
export function headView({ erased, keptSinceMs, reviewAtMs, ...head }: PersonBlockHead) {
  return {
    ...head,
    keptSince: instant(keptSinceMs),
    reviewAt: instant(reviewAtMs),
    erased: erased === null ? undefined : { ...erased, atMs: undefined, at: instant(erased.atMs) },
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
