import { answerFromRegister, normalizeSerial } from "#casework";
import { FinalReply, QuestionAnswer, TraceOutcome, TraceReply, TraceRequest } from "#proto";
import type { Transaction } from "#runtime";
import { REGISTER_ACTOR } from "#users";
import { matchFirearm } from "../firearms/firearm-lookups.ts";
import { type MoveSent, sendMove } from "../moves/send-move.ts";
import { findCase } from "./case-record.ts";
import type { Replier } from "./reply-handling.ts";

/**
 * Answers a case from the firearm register: look-up, answer, state and message in one step. A case
 * that was answered meanwhile is left as it is.
 */
export async function answerCase(
  tx: Transaction,
  args: { caseId: string; replier: Replier; nowMs: number },
): Promise<MoveSent> {
  const known = await findCase(tx, args.caseId);
  if (known === undefined) return { type: "unknown" };
  const request = TraceRequest.decode(known.request);
  const { participant } = args.replier;
  const registerNote = `Firearm register of ${participant}${await kindOfRegister(tx)}.`;
  const matches = await matchFirearm(tx, request.firearm);
  const today = new Date(args.nowMs).toISOString().slice(0, 10);
  const isTraceable = normalizeSerial(request.firearm?.serialRaw ?? "") !== "";
  const reply = isTraceable
    ? answerFromRegister(request, matches, today, { registerNote })
    : untraceable(request, `${registerNote} Consulted on ${today}.`);
  const sent = await sendMove(tx, {
    caseId: args.caseId,
    kind: "reply",
    body: TraceReply.encode(reply).finish(),
    self: args.replier,
    actor: REGISTER_ACTOR,
    nowMs: args.nowMs,
  });
  if (sent.type === "officer") {
    await tx.run("UPDATE trace_case SET for_officer = 1 WHERE case_id = ?", args.caseId);
  }
  return sent;
}

/** A register is made up as a whole or not at all; its answers say so, "no record" included. */
async function kindOfRegister(tx: Transaction): Promise<string> {
  const any = await tx.get<{ made_up: number }>("SELECT made_up FROM firearm LIMIT 1");
  return any?.made_up === 1 ? ", which is made up" : "";
}

/** Without a serial number a register cannot be searched; that is not the same as no record. */
function untraceable(request: TraceRequest, sourceNote: string): TraceReply {
  const remarks = "The request gives no serial number; the register cannot be searched by less.";
  const answers = request.questionsAsked.map((question) =>
    QuestionAnswer.create({ question, answer: remarks }),
  );
  const outcome = TraceOutcome.INSUFFICIENT_IDENTIFICATION;
  const value = FinalReply.create({ outcome, remarks, answers });
  return TraceReply.create({ content: { $case: "final", value }, languageTag: "en", sourceNote });
}
