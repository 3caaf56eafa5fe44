import type { FastifyReply } from "fastify";
import type { Refusal } from "#errors";
import { type HttpRoutes, problemOf, sendProblem } from "#http";
import { FeedPage, ParticipantStatus, Role } from "#proto";
import { type Clock, type Database, newMessageId } from "#runtime";
import { authenticateFeedRequest, type CurrentRegister, type RegisterView } from "#trust";
import { buildFeedMessage, encodeMessage, type HeaderSigner, parseFeedRequest } from "#wire";
import type { FeedAnswer } from "../store/monitor/feed-asked.ts";
import type { GatewayProcedures } from "../store.ts";
import { FETCH_FEED } from "./monitor-feed-operations.ts";

/** What the route works with. */
export interface MonitorFeedRouteDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly register: Pick<CurrentRegister, "view">;
  /** Signs feed messages as those that are put on their way. */
  readonly signers: { readonly receipt: HeaderSigner };
  readonly clock: Clock;
}

/**
 * The route where a monitor fetches numbers of its own chain that it lacks (TP-FEED-13,
 * TP-FEED-14): whoever asks is believed for the signature alone, and each request once.
 */
export function addMonitorFeedFetch(
  routes: HttpRoutes,
  { clock, register, signers, store }: MonitorFeedRouteDeps,
): void {
  routes.post("/monitor-feed", FETCH_FEED, async (request, reply) => {
    const nowMs = clock.now();
    const view = register.view();
    const parsed = parseFeedRequest(Buffer.from(request.body.request, "base64"));
    if (!parsed.ok) return sendUnproven(reply, parsed.refusal);
    const authentic = await authenticateFeedRequest(parsed.value, view, nowMs);
    if (!authentic.ok) return sendUnproven(reply, authentic.refusal);
    const { count, first, monitor } = parsed.value.request;
    if (!isFed(view, monitor)) return sendProblem(reply, problemOf("FEED_NOT_FED"));
    const { madeAtMs } = parsed.value;
    const asked = { monitor, madeAtMs, first: Number(first), count };
    const answer = await store.call("answerFeedAsked", asked);
    if (answer.type !== "page") return sendProblem(reply, problemOfAnswer(answer));
    const about = { recipient: monitor, sentAtMs: nowMs, registerVersion: view.version };
    const envelopes = answer.feeds.map((feed) => {
      const draft = { ...about, messageId: newMessageId(nowMs), feed };
      return buildFeedMessage(draft, signers.receipt).bytes;
    });
    const page = encodeMessage(FeedPage, { first, envelopes, newest: BigInt(answer.newest) });
    return reply.header("content-type", "application/octet-stream").send(page as never);
  });
}

function isFed(view: RegisterView, monitor: string): boolean {
  const { role, status } = view.participant(monitor) ?? {};
  return role === Role.REGIONAL_MONITOR && status === ParticipantStatus.ACTIVE;
}

function sendUnproven(reply: FastifyReply, { code, detail, field }: Refusal): FastifyReply {
  const told = { detail: `${code}: ${detail}`, ...(field === "" ? {} : { field }) };
  return sendProblem(reply, problemOf("FEED_UNPROVEN", told));
}

function problemOfAnswer(answer: Exclude<FeedAnswer, { readonly type: "page" }>) {
  switch (answer.type) {
    case "repeated":
      return problemOf("FEED_REPEATED", { field: "request.made_at" });
    case "ahead":
      return problemOf("FEED_AHEAD", {
        field: "request.first",
        detail: `the newest number is ${answer.newest}`,
      });
    case "gone":
      return problemOf("FEED_GONE", {
        field: "request.first",
        detail: `the oldest number that is kept is ${answer.oldest}`,
      });
    default:
      return answer satisfies never;
  }
}
