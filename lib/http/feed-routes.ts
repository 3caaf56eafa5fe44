import { FEED_LIMITS, HTTP_LIMITS } from "#runtime";
import { actorOf } from "./actor.ts";
import { changeView } from "./feed/change.ts";
import type { ChangeFeed } from "./feed/change-feed.ts";
import { READ_CHANGES } from "./feed-operations.ts";
import { problemOf, sendProblem } from "./problem.ts";
import type { HttpRoutes } from "./routes.ts";

/** Routes of the feed of changes, the same in every service (TP-API-40 to TP-API-46). */
export function addFeedRoutes(routes: HttpRoutes, feed: ChangeFeed): void {
  routes.get("/changes", READ_CHANGES, async (request, reply) => {
    const { after = null, limit = HTTP_LIMITS.pageRowsMax, waitMs = 0 } = request.query;
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const { userId } = actorOf(request);
    const found = await feed.read({ after, limit, waitMs, userId, signal: gone.signal });
    switch (found.type) {
      case "page": {
        const { changes, next, first, last } = found;
        return reply.send({ changes: changes.map(changeView), next, first, last });
      }
      case "gone": {
        const kept = `kept are changes ${found.first} to ${found.last}`;
        const detail = `${kept}; none follows ${after}`;
        return sendProblem(reply, problemOf("CHANGES_GONE", { field: "after", detail }));
      }
      case "busy":
        reply.header("retry-after", Math.ceil(FEED_LIMITS.busyRetryMs / 1_000));
        return sendProblem(reply, problemOf("TOO_MANY_WAITING", { field: "waitMs" }));
      default:
        return found satisfies never;
    }
  });
}
