import { BAD_MARK, type HttpRoutes, pageMark, positionOf, problemOf, sendProblem } from "#http";
import { type Database, TIMESTAMP_LIMITS } from "#runtime";
import type { KeptTimestamp } from "../store/timestamps/timestamps.ts";
import type { GatewayProcedures } from "../store.ts";
import type { AskedOutcome, TimestampKeeper } from "../timestamp-keeper.ts";
import { ASK_TIMESTAMPS, LIST_TIMESTAMPS } from "./timestamp-operations.ts";

/** What the routes of time-stamps work with. */
export interface TimestampRouteDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly timestamps: Pick<TimestampKeeper, "askAll" | "urls">;
}

/** Routes that show time-stamps on checkpoints, and ask for some (TP-STAMP-6). */
export function addTimestampRoutes(
  routes: HttpRoutes,
  { store, timestamps }: TimestampRouteDeps,
): void {
  routes.get("/log/timestamps", LIST_TIMESTAMPS, async (request, reply) => {
    const { after, limit = TIMESTAMP_LIMITS.pageMax } = request.query;
    const position = positionOf(after);
    if (position === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const before = after === undefined ? null : position;
    const found = await store.call("listTimestamps", { before, limit });
    const last = found.length === limit ? found.at(-1) : undefined;
    return reply.send({
      authorities: [...timestamps.urls],
      timestamps: found.map(timestampView),
      next: last === undefined ? undefined : pageMark(last.logIndex),
    });
  });
  routes.post("/log/timestamps", ASK_TIMESTAMPS, async (_, reply) => {
    const asked = await timestamps.askAll();
    return reply.send({ asked: asked.map(askedView) });
  });
}

function timestampView({ root, stampedAtMs, token, ...kept }: KeptTimestamp) {
  const { checkpoint, logIndex, size, url } = kept;
  return {
    ...{ logIndex, url, size, checkpoint },
    stampedAt: new Date(stampedAtMs).toISOString(),
    token: Buffer.from(token).toString("base64"),
    root: Buffer.from(root).toString("base64"),
  };
}

function askedView(asked: AskedOutcome) {
  if (asked.type !== "stamped") return asked;
  const { atMs, size, type, url } = asked;
  return { url, type, size, stampedAt: new Date(atMs).toISOString() };
}
