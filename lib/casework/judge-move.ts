import { accepted, type Outcome, refused } from "#errors";
import type { TraceMove } from "#proto";
import { TRACE_TRANSITIONS, type TraceState } from "./trace-states.ts";

/** The two sides of a trace case. */
export type Side = "requesting" | "requested";

/**
 * Whether a message may be sent in a state, and where it leads (domain notes 2.2). Refuses with
 * NOT_YOUR_MOVE when the state allows the move to the other side alone, and ILLEGAL_MOVE when it
 * allows it to nobody.
 */
export function judgeMove(from: TraceState, move: TraceMove, by: Side): Outcome<TraceState> {
  const ways = TRACE_TRANSITIONS[from].filter((way) => way.move === move);
  const own = ways.find((way) => way.by === by);
  if (own !== undefined) return accepted(own.to);
  const code = ways.length > 0 ? "NOT_YOUR_MOVE" : "ILLEGAL_MOVE";
  return refused(code, "header.disclosed.move", `the case is ${from}`);
}
