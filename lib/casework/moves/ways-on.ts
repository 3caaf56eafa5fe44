import { OutcomeClass, TraceMove } from "#proto";
import type { Side } from "../judge-move.ts";
import { nextTraceState, TRACE_TRANSITIONS, type TraceState } from "../trace-states.ts";
import type { RecordedMove } from "./recorded-move.ts";

/** What makes a move the move it is, without who sent it when. */
export type MoveFacts = Pick<RecordedMove, "by" | "move" | "outcomeClass">;

/** States that rest on a refusal: another one from there would say nothing new. */
const REFUSED_ALREADY: readonly TraceState[] = ["REFUSED", "CLARIFICATION_SOUGHT"];

/**
 * Where a message leads from a state: by one transition of the table, or by two of which the first
 * has no message of its own (TP-MOVE-4). The requested State goes back to work silently, and a
 * referral or a correction has answered the case; nothing else is silent. A refusal is not
 * repeated.
 */
export function stateAfter(from: TraceState, facts: MoveFacts): TraceState | undefined {
  const { by, move } = facts;
  const direct = nextTraceState(from, move, by);
  if (direct !== undefined) return isReconsidered(facts) ? "IN_PROGRESS" : direct;
  if (move === TraceMove.REFUSAL && REFUSED_ALREADY.includes(from)) return undefined;
  for (const silent of silentSteps(from, by)) {
    const to = nextTraceState(silent, move, by);
    if (to !== undefined) return to;
  }
  return undefined;
}

/** A clarification maintains the refusal, and discloses that class, or takes the case up again. */
function isReconsidered({ move, outcomeClass }: MoveFacts): boolean {
  return move === TraceMove.CLARIFICATION && outcomeClass !== OutcomeClass.REFUSED;
}

/** States a case may be in by now without a message, as far as this side may rely on it. */
function silentSteps(from: TraceState, by: Side): TraceState[] {
  return TRACE_TRANSITIONS[from]
    .filter(({ by: owner, move }) => owner === "requested" && move === undefined)
    .map(({ to }) => to)
    .filter((to) => by === "requested" || to === "ANSWERED");
}
