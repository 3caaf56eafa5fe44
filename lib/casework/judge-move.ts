import { accepted, type Outcome, refused } from "#errors";
import type { TraceMove } from "#proto";
import { nextTraceState, type TraceState } from "./trace-states.ts";

/** The two sides of a trace case. */
export type Side = "requesting" | "requested";

/**
 * Whether a message may be sent in a state, and where it leads (domain notes 2.2). Refuses with
 * NOT_YOUR_MOVE when the state allows the move to the other side alone, and ILLEGAL_MOVE when it
 * allows it to nobody.
 */
export function judgeMove(from: TraceState, move: TraceMove, by: Side): Outcome<TraceState> {
  const to = nextTraceState(from, move, by);
  if (to !== undefined) return accepted(to);
  const other = by === "requesting" ? "requested" : "requesting";
  const isOthers = nextTraceState(from, move, other) !== undefined;
  const code = isOthers ? "NOT_YOUR_MOVE" : "ILLEGAL_MOVE";
  return refused(code, "header.disclosed.move", `the case is ${from}`);
}
