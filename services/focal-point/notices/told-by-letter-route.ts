import { actorOf, type HttpRoutes, problemOf, repeatOf, sendProblem } from "#http";
import type { Clock, Database } from "#runtime";
import type { Replier } from "../cases/reply-handling.ts";
import { dayProblem } from "../letters/letter-day.ts";
import type { FocalPointProcedures } from "../store.ts";
import type { NotedLetter } from "./note-notice-letter.ts";
import { NOTE_TOLD_BY_LETTER } from "./notice-operations.ts";
import { noticeDetail } from "./notice-view.ts";

/** What the routes about notices need. */
export interface NoticeRouteDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly self: Replier;
  readonly clock: Clock;
  /** Told after a notice or an answer was drafted. */
  readonly onDrafted: () => void;
}

/** The route by which an officer notes what went about a notice by letter (TP-PERS-18). */
export function addToldByLetterRoute(routes: HttpRoutes, deps: NoticeRouteDeps): void {
  const { clock, onDrafted, self, store } = deps;
  routes.post("/notices/:noticeId/told-by-letter", NOTE_TOLD_BY_LETTER, async (request, reply) => {
    const { noticeId } = request.params;
    const { answer, channel, note = "", on: onDate, reference, to } = request.body;
    const nowMs = clock.now();
    const wrong = dayProblem("on", onDate, nowMs);
    if (wrong !== undefined) return sendProblem(reply, wrong);
    const { userId: actor } = actorOf(request);
    const letter = { to, channel, reference, onDate, answer, note, actor, nowMs };
    const repeat = repeatOf(request);
    const noted = await store.call("noteNoticeLetterOnce", { noticeId, letter, self, repeat });
    switch (noted.type) {
      case "noted": {
        if (!noted.repeated) onDrafted();
        const record = await store.call("findNotice", { noticeId });
        if (record === null) return sendProblem(reply, problemOf("NOT_FOUND"));
        const letters = await store.call("noticeLetters", { noticeId });
        return reply.code(noted.repeated ? 200 : 201).send(noticeDetail(record, letters));
      }
      case "mismatch":
        return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
      case "unknown":
        return sendProblem(reply, problemOf("NOT_FOUND"));
      case "illegal": {
        const detail = illegalText(noticeId, noted);
        return sendProblem(reply, problemOf("ILLEGAL_MOVE", { detail }));
      }
      case "not-passed-on": {
        const detail = "nothing that this notice is about went there by letter; see /v1/onward";
        return sendProblem(reply, problemOf("BODY_INVALID", { field: "to", detail }));
      }
      default:
        return noted satisfies never;
    }
  });
}

/** Why nothing is noted about a notice, and where to look. */
export function illegalText(
  noticeId: string,
  { kind, state, why }: Extract<NotedLetter, { readonly type: "illegal" }>,
): string {
  const what = kind.toLowerCase().replaceAll("_", " ");
  const reason = {
    "another kind": `Only a correction or an erasure is told by letter; this is ${kind}.`,
    waiting: `This ${what} waits for the message it is about, and was not carried out yet.`,
    answered: `This ${what} of ours is ${state}: what that State answered was noted already.`,
  }[why];
  return `${reason} It is shown by: tracepost notice show ${noticeId}`;
}
