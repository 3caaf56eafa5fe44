import { type HttpRoutes, problemOf, sendProblem } from "#http";
import type { ScheduleHistory } from "#records";
import type { Database } from "#runtime";
import type { GatewayProcedures } from "../store.ts";
import { FETCH_SCHEDULE } from "./schedule-operations.ts";

/** The route that hands the retention schedule out to whoever asks; it is verified there. */
export function addScheduleFetch(
  routes: HttpRoutes,
  deps: {
    readonly schedules: ScheduleHistory;
    readonly store: Pick<Database<GatewayProcedures>, "call">;
  },
): void {
  routes.get("/schedule", FETCH_SCHEDULE, async (request, reply) => {
    const version = Number(request.query.version ?? deps.schedules.current.version);
    const kept = await deps.store.call("loadScheduleVersion", { version });
    if (kept === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply
      .header("content-type", "application/octet-stream")
      .send(Buffer.from(kept.schedule) as never);
  });
}
