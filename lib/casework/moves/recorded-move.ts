import type { OutcomeClass, TraceMove } from "#proto";
import type { Side } from "../judge-move.ts";

/** A move of a trace conversation after its request, as its signed header tells it. */
export interface RecordedMove {
  readonly messageId: string;
  readonly move: TraceMove;
  readonly by: Side;
  /** `sent_at` of its header, milliseconds since 1970. */
  readonly sentAtMs: number;
  /** Tells a refusal that is maintained from one that is reconsidered. */
  readonly outcomeClass: OutcomeClass;
}

/** Whether one move was made before another, as their headers tell it. */
export function isSentBefore(one: RecordedMove, other: RecordedMove): boolean {
  if (one.sentAtMs !== other.sentAtMs) return one.sentAtMs < other.sentAtMs;
  return one.messageId < other.messageId;
}

/**
 * Moves in the order in which they were made: by the time of their headers, then by message id
 * (TP-MOVE-3). A sender dates a move after every move of the case that it knows, so that this order
 * contradicts nobody's knowledge, and everybody who has the headers finds the same.
 */
export function inOrderOfSending<T extends RecordedMove>(moves: readonly T[]): T[] {
  return moves.toSorted((one, other) => (isSentBefore(one, other) ? -1 : 1));
}

/** When the next move of a case may be dated: now, or after everything known of the case. */
export function nextSentAtMs(moves: readonly RecordedMove[], nowMs: number): number {
  return moves.reduce((atMs, { sentAtMs }) => Math.max(atMs, sentAtMs + 1), nowMs);
}
