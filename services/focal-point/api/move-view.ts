import { fromFollowUp, fromTraceReply, movesOpenTo, nameOf, turnOf } from "#casework";
import { TraceFollowUp, TraceMove, TraceReply } from "#proto";
import type { CaseHead } from "../cases/case-record.ts";
import { counts, type StoredMove } from "../moves/move-record.ts";

/** What is next in a case, and by whom (TP-MOVE-7). */
export function nextView(
  { answeredAtMs, role, state }: Pick<CaseHead, "answeredAtMs" | "role" | "state">,
  nowMs: number,
) {
  const standing = { state, answeredAtMs: answeredAtMs ?? undefined };
  const other = role === "requesting" ? "requested" : "requesting";
  return {
    turn: turnOf(state),
    own: movesOpenTo(role, standing, nowMs),
    other: movesOpenTo(other, standing, nowMs),
  };
}

/** A message of a case, with what it says. */
export function moveView(move: StoredMove) {
  const { actor, body, by, byLetter, code, effect, fate, messageId, sentAtMs } = move;
  return {
    messageId,
    by,
    move: nameOf(TraceMove, move.move),
    sentAt: new Date(sentAtMs).toISOString(),
    effect: counts(move) ? effect : "takenBack",
    fate: fate || undefined,
    code: code ?? undefined,
    actor: actor || undefined,
    byLetter: byLetter || undefined,
    ...(by === "requested"
      ? { reply: fromTraceReply(TraceReply.decode(body)) }
      : { followUp: fromFollowUp(TraceFollowUp.decode(body)) }),
  };
}
