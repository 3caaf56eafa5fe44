import { TraceMove } from "#proto";
import { MOVE_LIMITS } from "#runtime";
import { STANDING_MOVES, type TraceState } from "../trace-states.ts";
import { inOrderOfSending, type RecordedMove } from "./recorded-move.ts";
import { stateAfter } from "./ways-on.ts";

/** What one move did to its case. */
export interface CaseStep {
  readonly messageId: string;
  readonly move: TraceMove;
  readonly by: RecordedMove["by"];
  readonly atMs: number;
  readonly from: TraceState;
  readonly to: TraceState;
  /**
   * moved: it led to another state. stood: it is allowed there and changes nothing. crossed: a move
   * of the other side met it on its way, and it has no effect.
   */
  readonly effect: "moved" | "stood" | "crossed";
}

/** Where a case stands after some moves. */
export interface CaseStanding {
  readonly state: TraceState;
  /** Since when, milliseconds since 1970; `openedAtMs` where nothing moved it. */
  readonly sinceMs: number;
  /** When the answer in force was given; undefined before one. */
  readonly answeredAtMs: number | undefined;
  /** Every move, in the order of sending. */
  readonly steps: readonly CaseStep[];
}

/** What a fold begins with. */
export interface FoldOptions {
  /** State before the first move. Default: DELIVERED, which every move proves. */
  readonly from?: TraceState;
  /** When that state was entered, milliseconds since 1970. */
  readonly openedAtMs: number;
  /** Time the standing is asked for; information not given by then closes the case. */
  readonly asOfMs: number;
}

/**
 * Where a case stands after a set of moves, in whatever order they came (TP-MOVE-3): a function of
 * the moves alone, so that both States and the gateway find the same.
 *
 * Moves may cross on the wire, each legal where it was sent. What the requested State says stands
 * (TP-MOVE-5): a conclusion voids the withdrawal it crossed, and whatever takes a refused case up
 * again voids the closing it crossed. Any other move that finds its state gone has no effect, and
 * is kept.
 */
export function foldMoves(moves: readonly RecordedMove[], options: FoldOptions): CaseStanding {
  const ordered = inOrderOfSending(moves);
  const voided = new Set<string>();
  for (;;) {
    const result = runThrough(ordered, voided, options);
    if ("voids" in result) voided.add(result.voids);
    else return result;
  }
}

/** Where a run through the moves stands. */
interface Running {
  readonly state: TraceState;
  readonly sinceMs: number;
  readonly answeredAtMs: number | undefined;
  /** The move that led to the state, and the state before it. */
  readonly cause?: { readonly move: RecordedMove; readonly before: TraceState };
}

function runThrough(
  ordered: readonly RecordedMove[],
  voided: ReadonlySet<string>,
  { openedAtMs, from = "DELIVERED", asOfMs }: FoldOptions,
): CaseStanding | { readonly voids: string } {
  let running: Running = { state: from, sinceMs: openedAtMs, answeredAtMs: undefined };
  const steps: CaseStep[] = [];
  for (const move of ordered) {
    const { messageId, by, sentAtMs: atMs } = move;
    running = lapsed(running, atMs);
    const isVoid = voided.has(messageId);
    const to = isVoid ? undefined : allowedAfter(running, move);
    if (to === undefined && !isVoid && overrules(move, running)) {
      return { voids: running.cause?.move.messageId ?? "" };
    }
    const stands = to !== undefined && isStanding(running.state, move);
    const effect = to === undefined ? "crossed" : stands ? "stood" : "moved";
    const before = running.state;
    steps.push({ messageId, move: move.move, by, atMs, from: before, to: to ?? before, effect });
    if (to === undefined || stands) continue;
    const answeredAtMs = ANSWERED_BY_NOW.includes(to) ? atMs : running.answeredAtMs;
    running = { state: to, sinceMs: atMs, answeredAtMs, cause: { move, before } };
  }
  const { state, sinceMs, answeredAtMs } = lapsed(running, asOfMs);
  return { state, sinceMs, answeredAtMs, steps };
}

/** States in which an answer has just been given. */
const ANSWERED_BY_NOW: readonly TraceState[] = ["ANSWERED", "REFERRED", "CORRECTED"];

/** What was asked back and never given ends the case by itself (TP-MOVE-8). */
function lapsed(running: Running, atMs: number): Running {
  const { state, sinceMs, answeredAtMs } = running;
  const endsAtMs = sinceMs + MOVE_LIMITS.informationWaitMs;
  if (state !== "INFORMATION_REQUESTED" || atMs < endsAtMs) return running;
  return { state: "CLOSED_NO_INFORMATION", sinceMs: endsAtMs, answeredAtMs };
}

function allowedAfter({ state, answeredAtMs }: Running, move: RecordedMove) {
  return isReopenedTooLate(answeredAtMs, move) ? undefined : stateAfter(state, move);
}

/** Whether new facts come after the time in which they reopen a case (domain notes 2.2). */
export function isReopenedTooLate(
  answeredAtMs: number | undefined,
  { move, sentAtMs }: Pick<RecordedMove, "move" | "sentAtMs">,
): boolean {
  if (move !== TraceMove.CASE_REOPENED || answeredAtMs === undefined) return false;
  return sentAtMs > answeredAtMs + MOVE_LIMITS.reopenWithinMs;
}

/** What ends or goes on with a case, and so stands where it crosses its end. */
const TAKES_UP: ReadonlySet<TraceMove> = new Set([
  TraceMove.FINAL,
  TraceMove.REFERRAL,
  TraceMove.INTERIM,
  TraceMove.REQUEST_FOR_INFORMATION,
  TraceMove.DELAY,
]);
const OVERRULES: ReadonlyMap<TraceMove, ReadonlySet<TraceMove>> = new Map([
  [TraceMove.WITHDRAWAL, new Set([TraceMove.FINAL, TraceMove.REFERRAL, TraceMove.REFUSAL])],
  [TraceMove.CASE_CLOSED, TAKES_UP],
]);

/** Whether a move stands against the one that it crossed (TP-MOVE-5). */
function overrules(move: RecordedMove, { cause }: Running): boolean {
  if (cause === undefined || cause.move.by === move.by) return false;
  const stands = OVERRULES.get(cause.move.move)?.has(move.move) ?? false;
  return stands && stateAfter(cause.before, move) !== undefined;
}

function isStanding(state: TraceState, { by, move }: RecordedMove): boolean {
  return STANDING_MOVES[state]?.some((one) => one.by === by && one.move === move) ?? false;
}
