import { answerFromRegister, whyUnsearchable } from "#casework";
import { FinalReply, QuestionAnswer, TraceOutcome, TraceReply, type TraceRequest } from "#proto";
import { calendarDateOf, type Transaction } from "#runtime";
import { matchFirearm } from "../firearms/firearm-lookups.ts";
import type { Replier } from "./reply-handling.ts";

/** The answer of the register to a request received; what it says is for its reader alone. */
export async function registerReply(
  tx: Transaction,
  request: TraceRequest,
  { self, nowMs }: { readonly self: Replier; readonly nowMs: number },
): Promise<TraceReply> {
  const registerNote = `Firearm register of ${self.participant}${await kindOfRegister(tx)}.`;
  const today = calendarDateOf(nowMs);
  const matches = await matchFirearm(tx, request.firearm);
  if (matches === undefined) {
    return untraceable(request, `${registerNote} Consulted on ${today}.`);
  }
  return answerFromRegister(request, matches, today, { registerNote });
}

/** A register is made up as a whole or not at all; its answers say so, "no record" included. */
async function kindOfRegister(tx: Transaction): Promise<string> {
  const any = await tx.get<{ made_up: number }>("SELECT made_up FROM firearm LIMIT 1");
  return any?.made_up === 1 ? ", which is made up" : "";
}

/** Too little of a serial number to search by is not the same as no record. */
function untraceable(request: TraceRequest, sourceNote: string): TraceReply {
  const remarks = whyUnsearchable(request);
  const answers = request.questionsAsked.map((question) =>
    QuestionAnswer.create({ question, answer: remarks }),
  );
  const outcome = TraceOutcome.INSUFFICIENT_IDENTIFICATION;
  const value = FinalReply.create({ outcome, remarks, answers });
  return TraceReply.create({ content: { $case: "final", value }, languageTag: "en", sourceNote });
}
