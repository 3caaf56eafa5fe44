import { movesOpenTo, toPersonsBlock, turnOf } from "#casework";
import {
  actorOf,
  type HttpRoutes,
  lackOf,
  type Problem,
  problemFromRefusal,
  problemOf,
  repeatOf,
  sendProblem,
} from "#http";
import { PersonsBlock, TraceFollowUp, TraceReply } from "#proto";
import { manifestsFor } from "../attachments/attach.ts";
import { attachedOf } from "../attachments/attached-schema.ts";
import type { OpenTraceDeps } from "../cases/open-trace.ts";
import { dayProblem } from "../letters/letter-day.ts";
import type { LetterRecord } from "../letters/letter-record.ts";
import { sentLetter } from "../letters/sent-letter.ts";
import type { MoveToSend } from "../moves/send-move.ts";
import { onwardProblem } from "../onward/onward-problem.ts";
import { moveProblem } from "./finding-view.ts";
import { toFollowUp } from "./follow-up-facts.ts";
import { FOLLOW_UP_CONTENTS, type NewFollowUp } from "./follow-up-schema.ts";
import { FOLLOW_UP_TRACE, REPLY_TO_TRACE } from "./move-operations.ts";
import { sendHeld } from "./release-routes.ts";
import { toTraceReply } from "./reply-facts.ts";
import { type NewReply, REPLY_CONTENTS, type ReplyToSend } from "./reply-schema.ts";

type Reply = Parameters<typeof sendProblem>[0];
type Request = Parameters<typeof actorOf>[0];

/** Routes by which a State says something in a case (TP-MOVE-24). */
export function addMoveRoutes(routes: HttpRoutes, deps: OpenTraceDeps): void {
  routes.post("/traces/:caseId/reply", REPLY_TO_TRACE, async (request, reply) => {
    const { caseId } = request.params;
    const written = await writeReply(deps, request.body, request);
    if ("problem" in written) return sendProblem(reply, written.problem);
    return await makeMove(deps, { caseId, kind: "reply", ...written }, request, reply);
  });
  routes.post("/traces/:caseId/follow-up", FOLLOW_UP_TRACE, async (request, reply) => {
    const { byLetter, ...facts } = request.body;
    const said = toFollowUp(facts);
    if (said === undefined) return sendProblem(reply, notOne(FOLLOW_UP_CONTENTS));
    const by = { actor: actorOf(request).userId, nowMs: deps.clock.now() };
    const letter = byLetter && sentLetter(byLetter, by);
    const wrong = letter && letterProblem(letter, facts);
    if (wrong !== undefined) return sendProblem(reply, wrong);
    const attached = await manifestsFor(deps.store, attachedOf(request.body.attachments));
    if (!attached.ok) return sendProblem(reply, problemFromRefusal(attached.refusal));
    const body = TraceFollowUp.encode({ ...said, attachments: attached.value }).finish();
    const { caseId } = request.params;
    return await makeMove(deps, { caseId, kind: "followUp", body, letter }, request, reply);
  });
}

/** What is wrong with a follow-up by letter, whose enclosures go with it on paper. */
function letterProblem(letter: LetterRecord, facts: NewFollowUp): Problem | undefined {
  const wrong = dayProblem("byLetter.dispatchedOn", letter.onDate, letter.nowMs);
  if (wrong !== undefined || facts.attachments === undefined) return wrong;
  const rule = "goes with the letter itself; nothing is carried to a State off the exchange";
  return problemOf("INPUT_INVALID", { problems: [{ field: "attachments", rule }] });
}

/** The reply that facts describe, encoded; or why whoever asks may not send it, or nobody can. */
export async function writeReply(
  deps: OpenTraceDeps,
  facts: ReplyToSend,
  request: Request,
): Promise<Pick<MoveToSend, "body" | "persons"> | { readonly problem: Problem }> {
  const actor = actorOf(request);
  const { persons } = facts;
  const lack =
    (refuses(facts) ? lackOf(actor, "traces:refuse") : undefined) ??
    (persons === undefined ? undefined : lackOf(actor, "persons:send"));
  if (lack !== undefined) return { problem: lack };
  const said = toTraceReply(facts);
  if (said === undefined) return { problem: notOne(REPLY_CONTENTS) };
  const attached = await manifestsFor(deps.store, attachedOf(facts.attachments));
  if (!attached.ok) return { problem: problemFromRefusal(attached.refusal) };
  const body = TraceReply.encode({ ...said, attachments: attached.value }).finish();
  return { body, persons: persons && PersonsBlock.encode(toPersonsBlock(persons)).finish() };
}

/** Refusing, standing by a refusal, and withholding something are a supervisor's to decide. */
function refuses({ clarification, correction, final, refusal }: NewReply): boolean {
  const withholds = final?.restricted === true || correction?.corrected.restricted === true;
  return refusal !== undefined || clarification !== undefined || withholds;
}

function notOne(contents: Readonly<Record<string, unknown>>) {
  const rule = `must hold exactly one of ${Object.keys(contents).join(", ")}`;
  return problemOf("INPUT_INVALID", { problems: [{ field: "", rule }] });
}

/** Makes a move for whoever asks, and answers what became of it. */
export async function makeMove(
  deps: OpenTraceDeps,
  move: Pick<MoveToSend, "body" | "caseId" | "drafted" | "kind" | "letter" | "persons">,
  request: Request,
  reply: Reply,
) {
  const nowMs = deps.clock.now();
  const { breakGlass: alone } = (request.body ?? {}) as Pick<NewReply, "breakGlass">;
  const lack = alone === undefined ? undefined : lackOf(actorOf(request), "traces:urgent");
  if (lack !== undefined) return sendProblem(reply, lack);
  const sent = await deps.store.call("sendMoveOnce", {
    ...move,
    self: deps.self,
    alone,
    actor: actorOf(request).userId,
    repeat: repeatOf(request),
    nowMs,
  });
  switch (sent.type) {
    case "sent": {
      const { messageId, repeated, state } = sent;
      if (!repeated && move.letter === undefined) deps.onDrafted();
      return reply.code(repeated ? 200 : 201).send({ messageId, state, turn: turnOf(state) });
    }
    case "held":
    case "waiting":
    case "not-alone":
      return sendHeld(reply, sent);
    case "mismatch":
      return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    case "letter":
      return sendProblem(reply, sent.isNeeded ? BY_LETTER : problemOf("NOT_BY_LETTER"));
    case "officer":
    case "unknown":
      return sendProblem(reply, problemOf("NOT_FOUND"));
    case "refused":
      return sendProblem(reply, onwardProblem(sent.refusal));
    case "invalid":
      return sendProblem(reply, moveProblem(sent.errors));
    case "illegal": {
      const { refusal, state } = sent;
      const side = move.kind === "reply" ? "requested" : "requesting";
      const open = movesOpenTo(side, { state, answeredAtMs: undefined }, nowMs).join(", ");
      const detail = `${refusal.detail}; open to this State: ${open || "nothing"}`;
      return sendProblem(reply, problemOf(refusal.code, { detail }));
    }
    default:
      return sent satisfies never;
  }
}

/** The other State is not on the exchange, and no letter was named (TP-OFF-8). */
const BY_LETTER = problemOf("INPUT_INVALID", {
  problems: [
    {
      field: "byLetter",
      rule: "is needed: the other State is not on the exchange",
      remedy: "Say by which letter it goes: channel, reference and dispatchedOn.",
    },
  ],
});
