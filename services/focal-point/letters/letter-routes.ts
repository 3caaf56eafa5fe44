import type { FastifyReply } from "fastify";
import {
  composeLetter,
  type Letter,
  movesOpenTo,
  nameOf,
  type TraceState,
  tlpText,
} from "#casework";
import { actorOf, type HttpRoutes, problemOf, repeatOf, sendProblem } from "#http";
import { Header, Tlp, TraceReply, TraceRequest } from "#proto";
import { type LetterLanguage, letterLanguageOf } from "#reference";
import type { Clock, Database } from "#runtime";
import { moveProblem } from "../api/finding-view.ts";
import { toTraceReply } from "../api/reply-facts.ts";
import type { TraceContext } from "../cases/prepare-trace.ts";
import type { FocalPointProcedures } from "../store.ts";
import { dayProblem } from "./letter-day.ts";
import { letterHtml } from "./letter-html.ts";
import { ENTER_ANSWER, NOTE_DISPATCHED, PRINT_LETTER, SHOW_LETTER } from "./letter-operations.ts";
import { letterPdf } from "./letter-pdf.ts";
import type { EnteredByHand } from "./off-exchange-cases.ts";
import { sentLetter } from "./sent-letter.ts";

/** What the routes about letters need. */
export interface LetterRouteDeps extends TraceContext {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
}

/** Routes about States off the exchange (TP-OFF-1 to TP-OFF-6). */
export function addLetterRoutes(routes: HttpRoutes, deps: LetterRouteDeps): void {
  routes.get("/traces/:caseId/letter.html", SHOW_LETTER, async (request, reply) => {
    const { caseId } = request.params;
    const letter = await writeLetter(deps, caseId, request.query.language);
    if (typeof letter === "string") return sendProblem(reply, problemOf(letter));
    return reply.type("text/html; charset=utf-8").send(letterHtml(letter));
  });
  routes.get("/traces/:caseId/letter.pdf", PRINT_LETTER, async (request, reply) => {
    const { caseId } = request.params;
    const letter = await writeLetter(deps, caseId, request.query.language);
    if (typeof letter === "string") return sendProblem(reply, problemOf(letter));
    const pdf = await letterPdf(letter, deps.clock.now());
    return reply.type("application/pdf").send(pdf);
  });
  addDispatchedRoute(routes, deps);
  addEnteredRoute(routes, deps);
}

/** The letter of a case, or why there is none. */
async function writeLetter(
  { clock, register, self, store }: LetterRouteDeps,
  caseId: string,
  language: LetterLanguage | undefined,
): Promise<Letter | "NOT_FOUND" | "NOT_BY_LETTER"> {
  const found = await store.call("loadCase", { caseId, eventLimit: 1 });
  if (found === null || found.record.role !== "requesting") return "NOT_FOUND";
  const { offExchange, request: bytes, requestHeader } = found.record;
  if (!offExchange) return "NOT_BY_LETTER";
  const request = TraceRequest.decode(bytes);
  const header = Header.decode(requestHeader ?? new Uint8Array());
  return composeLetter({
    request,
    language: language ?? letterLanguageOf(request.requestedState),
    senderName: register().participant(self.participant)?.legalName ?? self.participant,
    dateMs: clock.now(),
    priority: header.priority,
    status: header.status,
    instruments: header.instrumentBasis,
    tlp: tlpText(nameOf(Tlp, header.handling?.tlp ?? Tlp.AMBER)),
  });
}

function addDispatchedRoute(routes: HttpRoutes, { clock, store }: LetterRouteDeps): void {
  routes.post("/traces/:caseId/dispatched", NOTE_DISPATCHED, async (request, reply) => {
    const nowMs = clock.now();
    const wrong = dayProblem("dispatchedOn", request.body.dispatchedOn, nowMs);
    if (wrong !== undefined) return sendProblem(reply, wrong);
    const { userId: actor } = actorOf(request);
    const done = await store.call("dispatchOnce", {
      caseId: request.params.caseId,
      letter: sentLetter(request.body, { actor, nowMs }),
      repeat: repeatOf(request),
    });
    return sendDone(reply, done);
  });
}

function addEnteredRoute(routes: HttpRoutes, { clock, store }: LetterRouteDeps): void {
  routes.post("/traces/:caseId/entered-answer", ENTER_ANSWER, async (request, reply) => {
    const { channel, note = "", receivedOn, reference, reply: said } = request.body;
    const nowMs = clock.now();
    const wrong = dayProblem("receivedOn", receivedOn, nowMs);
    if (wrong !== undefined) return sendProblem(reply, wrong);
    const answer = toTraceReply(said);
    if (answer === undefined) {
      const problems = [{ field: "reply", rule: "must hold exactly one move of an answer" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const { userId: actor } = actorOf(request);
    const language = said.languageTag ?? "";
    const done = await store.call("enterAnswerOnce", {
      caseId: request.params.caseId,
      letter: {
        ...{ direction: "in", channel, reference, onDate: receivedOn, language },
        ...{ note, actor, nowMs },
      },
      reply: TraceReply.encode(answer).finish(),
      repeat: repeatOf(request),
    });
    return sendDone(reply, done);
  });
}

type Done = (EnteredByHand & { readonly repeated: boolean }) | { readonly type: "mismatch" };

function sendDone(reply: FastifyReply, done: Done): FastifyReply {
  switch (done.type) {
    case "done":
      return reply.code(done.repeated ? 200 : 201).send({ state: done.state });
    case "mismatch":
      return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    case "unknown":
      return sendProblem(reply, problemOf("NOT_FOUND"));
    case "on exchange":
      return sendProblem(reply, problemOf("NOT_BY_LETTER"));
    case "invalid":
      return sendProblem(reply, moveProblem(done.errors));
    case "illegal": {
      const detail = notOpenText(done.state);
      return sendProblem(reply, problemOf("ILLEGAL_MOVE", { detail }));
    }
    default:
      return done satisfies never;
  }
}

/** Why an answer is not entered now, and what is. */
export function notOpenText(state: TraceState): string {
  const open = movesOpenTo("requested", { state, answeredAtMs: undefined }, 0).join(", ");
  const why = `the case is ${state}; open to that State: ${open || "nothing"}`;
  if (state !== "DRAFT") return why;
  return `${why}; note first how its letter left (tracepost trace dispatched)`;
}
