import {
  actorOf,
  BAD_MARK,
  type HttpRoutes,
  pageMark,
  positionOf,
  problemOf,
  sendProblem,
} from "#http";
import { type Clock, type Database, HTTP_LIMITS } from "#runtime";
import type { OperatorEvent } from "../store/operator-events.ts";
import type { GatewayProcedures } from "../store.ts";
import { ACKNOWLEDGE_EVENT, LIST_EVENTS, REPORT_EVENTS } from "./event-operations.ts";

/** What the routes of operator events work with. */
export interface EventRouteDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly clock: Clock;
}

/** Routes to see, close and report operator events (TP-OPS-14, TP-OPS-15). */
export function addEventRoutes(routes: HttpRoutes, { store, clock }: EventRouteDeps): void {
  routes.get("/events", LIST_EVENTS, async (request, reply) => {
    const { participant, kind, state, after, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const before = positionOf(after);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const events = await store.call("listEvents", {
      before: after === undefined ? null : before,
      isOpen: state === undefined ? null : state === "open",
      kind: kind ?? null,
      participant: participant ?? null,
      limit,
    });
    const last = events.length === limit ? events.at(-1) : undefined;
    return reply.send({
      events: events.map(eventView),
      next: last === undefined ? undefined : pageMark(last.id),
    });
  });
  routes.post("/events/:id/acknowledge", ACKNOWLEDGE_EVENT, async (request, reply) => {
    const { id } = request.params;
    const { note = "" } = request.body;
    const act = { id, note, actor: actorOf(request).userId, nowMs: clock.now() };
    const closed = await store.call("acknowledgeEvent", act);
    if (closed === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send({ ...eventView(closed.event), repeated: !closed.isNew });
  });
  routes.post("/events/report", REPORT_EVENTS, async (request, reply) => {
    const { source, from, to } = request.body;
    if (to <= from) {
      const problems = [{ field: "to", rule: "must be above `from`" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const occurrences = request.body.occurrences.map((one) => ({ participant: "", ...one }));
    const report = { source, from, to, occurrences, nowMs: clock.now() };
    return reply.send(await store.call("reportOccurrences", report));
  });
}

function eventView(event: OperatorEvent) {
  const { acknowledged } = event;
  return {
    id: event.id,
    kind: event.kind,
    state: acknowledged === null ? "open" : "acknowledged",
    participant: event.participant || undefined,
    subject: event.subject || undefined,
    detail: event.detail || undefined,
    count: event.count,
    firstAt: new Date(event.firstAtMs).toISOString(),
    lastAt: new Date(event.lastAtMs).toISOString(),
    acknowledged:
      acknowledged === null
        ? undefined
        : {
            at: new Date(acknowledged.atMs).toISOString(),
            by: acknowledged.by,
            note: acknowledged.note || undefined,
          },
  };
}
