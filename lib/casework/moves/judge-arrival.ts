import { accepted, type Outcome, refused } from "#errors";
import { TraceMove } from "#proto";
import { MOVE_LIMITS } from "#runtime";
import type { TraceState } from "../trace-states.ts";
import { type CaseStanding, type FoldOptions, foldMoves, isReopenedTooLate } from "./fold-moves.ts";
import { isSentBefore, type RecordedMove } from "./recorded-move.ts";
import { stateAfter } from "./ways-on.ts";

/** A move taken, and whether the other side is known to have had it. */
export interface TakenMove extends RecordedMove {
  /** `sent_at` of the other side's receipt for it; absent while there is none. */
  readonly receiptedAtMs?: number | undefined;
}

/** Moves of a case so far. */
export interface TakenMoves extends Omit<FoldOptions, "asOfMs"> {
  /** Every move taken, whether it moved the case or crossed another. */
  readonly moves: readonly TakenMove[];
}

/**
 * Whether a move may be taken, judged with what its sender could know (TP-MOVE-6): it is legal in
 * the state the case had for a sender who had made all of its own moves that are dated before,
 * had every move of the other side for which its receipt is dated before, and any of the others.
 * So a move that was legal where it was sent is never lost, and one that no knowledge makes legal
 * is refused: ILLEGAL_MOVE, or NOT_YOUR_MOVE; so is one that would make illegal what its sender,
 * by its own dates, did after it. The value is the state it leads to for such a sender.
 */
export function judgeArrival(taken: TakenMoves, next: RecordedMove): Outcome<TraceState> {
  const judged = judgeKnowing(taken, next);
  if (!judged.ok || !isSpoiledBy(taken, next)) return judged;
  const detail = "a later move of the same State was taken, which would be illegal after it";
  return refused("ILLEGAL_MOVE", MOVE_FIELD, detail);
}

/** The move alone, whatever its sender made after it. */
function judgeKnowing(taken: TakenMoves, next: RecordedMove): Outcome<TraceState> {
  const { from = "DELIVERED", openedAtMs } = taken;
  const options = { from, openedAtMs, asOfMs: next.sentAtMs };
  const known = taken.moves.filter(({ messageId }) => messageId !== next.messageId);
  const before = known.filter((move) => move.by !== next.by || isSentBefore(move, next));
  const certain = before.filter((move) => move.by === next.by || isSeen(move, next.sentAtMs));
  const unseen = before.filter((move) => !certain.includes(move));
  for (const maybe of choicesOf(unseen)) {
    const judged = judgeNext(foldMoves([...certain, ...maybe], options), next);
    if (judged.ok) return judged;
  }
  return judgeNext(foldMoves(before, options), next);
}

/**
 * Whether a move dated back would make illegal what its sender was allowed after it: with two final
 * replies the earlier one, recorded last, would otherwise stand beside the later one.
 */
function isSpoiledBy(taken: TakenMoves, next: RecordedMove): boolean {
  const others = taken.moves.filter(({ messageId }) => messageId !== next.messageId);
  const after = others.filter((move) => move.by === next.by && isSentBefore(next, move));
  const moves = [...others, next];
  return after.some(
    (later) => judgeKnowing(taken, later).ok && !judgeKnowing({ ...taken, moves }, later).ok,
  );
}

/** Moves on which others of the same side rest, and which may still be on their way. */
const MAY_BE_LATE: readonly TraceMove[] = [
  TraceMove.ACKNOWLEDGEMENT,
  TraceMove.FINAL,
  TraceMove.WITHDRAWAL,
];

/**
 * Whether the recipient takes a move that the exchange has carried (TP-MOVE-22): as `judgeArrival`,
 * where the recipient's own moves may all be unseen, and one move of the sender that the other
 * rests on may come later. What is left is illegal for every sender.
 */
export function judgeReceived(taken: TakenMoves, next: RecordedMove): Outcome<TraceState> {
  const judged = judgeArrival(taken, next);
  if (judged.ok) return judged;
  const late = MAY_BE_LATE.filter(
    (move) => !taken.moves.some((one) => one.by === next.by && one.move === move),
  );
  const explained = late
    .map((move) => ({ ...next, messageId: "", move, sentAtMs: next.sentAtMs - 1 }))
    .filter((before) => judgeArrival(taken, before).ok)
    .map((before) => judgeArrival({ ...taken, moves: [...taken.moves, before] }, next));
  return explained.find(({ ok }) => ok) ?? judged;
}

/** Had for certain: receipted before, and dated before, as a sender dates what it makes later. */
function isSeen({ receiptedAtMs, sentAtMs }: TakenMove, atMs: number): boolean {
  return receiptedAtMs !== undefined && receiptedAtMs < atMs && sentAtMs < atMs;
}

/**
 * What a sender may have had of moves of the other side, in the sequence in which they were taken:
 * any of the newest few with none or all of those before them, or all up to one of them.
 */
function* choicesOf<T>(unseen: readonly T[]): Generator<T[]> {
  const older = unseen.slice(0, -MOVE_LIMITS.unseenMovesMax);
  const newest = unseen.slice(-MOVE_LIMITS.unseenMovesMax);
  yield* subsetsOf(newest);
  if (older.length === 0) return;
  for (const some of subsetsOf(newest)) yield [...older, ...some];
  for (let had = older.length - 1; had > 0; had -= 1) yield older.slice(0, had);
}

/** Every choice of some of a few moves, all of them first: what was last seen is likeliest. */
function* subsetsOf<T>(few: readonly T[]): Generator<T[]> {
  for (let chosen = 2 ** few.length - 1; chosen >= 0; chosen -= 1) {
    yield few.filter((_, index) => Math.floor(chosen / 2 ** index) % 2 === 1);
  }
}

/**
 * Whether a move may be made where a case stands, by a side that knows all of it (TP-MOVE-1). The
 * value is the state it leads to. NOT_YOUR_MOVE when the state allows it to the other side alone,
 * ILLEGAL_MOVE when to nobody, or when the time to reopen is over.
 */
export function judgeNext(
  standing: Pick<CaseStanding, "state" | "answeredAtMs">,
  next: Omit<RecordedMove, "messageId">,
): Outcome<TraceState> {
  const { answeredAtMs, state } = standing;
  if (isReopenedTooLate(answeredAtMs, next)) {
    return refused("ILLEGAL_MOVE", MOVE_FIELD, "the time to reopen the case is over");
  }
  const to = stateAfter(state, next);
  if (to !== undefined) return accepted(to);
  const other = next.by === "requesting" ? "requested" : "requesting";
  const isOthers = stateAfter(state, { ...next, by: other }) !== undefined;
  const code = isOthers ? "NOT_YOUR_MOVE" : "ILLEGAL_MOVE";
  return refused(code, MOVE_FIELD, `the case is ${state}`);
}

const MOVE_FIELD = "header.disclosed.move";
