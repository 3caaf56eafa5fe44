import type { RecordedMove, Side } from "#casework";
import { OutcomeClass, TraceMove } from "#proto";

/** When the cases of these moves were opened. */
export const NOON_MS = Date.UTC(2026, 5, 1, 12);

/** A move made so many seconds after noon. */
export function madeMove(
  by: Side,
  name: keyof typeof TraceMove,
  seconds: number,
  outcomeClass: OutcomeClass = OutcomeClass.UNSPECIFIED,
): RecordedMove {
  const messageId = `${name}-${by}-${seconds}`;
  const sentAtMs = NOON_MS + seconds * 1_000;
  return { messageId, move: TraceMove[name], by, sentAtMs, outcomeClass };
}
