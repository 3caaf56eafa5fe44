import { TraceReply } from "#proto";
import type { Transaction } from "#runtime";
import { REGISTER_ACTOR } from "#users";
import { requestAsKnown } from "../moves/request-as-known.ts";
import { type MoveSent, sendMove } from "../moves/send-move.ts";
import { findCase } from "./case-record.ts";
import { registerReply } from "./register-reply.ts";
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
  const request = await requestAsKnown(tx, known);
  const { nowMs, replier: self } = args;
  const reply = await registerReply(tx, request, { self, nowMs });
  const sent = await sendMove(tx, {
    caseId: args.caseId,
    kind: "reply",
    body: TraceReply.encode(reply).finish(),
    self,
    actor: REGISTER_ACTOR,
    nowMs,
  });
  if (sent.type === "officer" || sent.type === "refused") {
    await tx.run("UPDATE trace_case SET for_officer = 1 WHERE case_id = ?", args.caseId);
  }
  return sent;
}
