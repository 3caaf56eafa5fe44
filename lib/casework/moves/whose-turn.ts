import { OutcomeClass, TraceMove } from "#proto";
import type { Side } from "../judge-move.ts";
import { type NameOf, namesOf } from "../list-names.ts";
import type { TraceState } from "../trace-states.ts";
import type { CaseStanding } from "./fold-moves.ts";
import { judgeNext } from "./judge-arrival.ts";

/** Who is to act: a side, the exchange that delivers, or nobody where nothing is owed. */
export type Turn = Side | "exchange" | "nobody";

const TURNS: Readonly<Record<TraceState, Turn>> = {
  DRAFT: "requesting",
  SUBMITTED: "exchange",
  REJECTED_BY_GATEWAY: "requesting",
  DISCARDED: "nobody",
  DELIVERED: "requested",
  ACKNOWLEDGED: "requested",
  INFORMATION_REQUESTED: "requesting",
  IN_PROGRESS: "requested",
  INTERIM: "requested",
  DELAYED: "requested",
  REFERRED: "nobody",
  REFUSED: "nobody",
  CLARIFICATION_SOUGHT: "requested",
  ANSWERED: "nobody",
  REOPENED: "requested",
  CORRECTED: "nobody",
  WITHDRAWN: "nobody",
  CLOSED_NO_INFORMATION: "nobody",
  CLOSED: "nobody",
};

/** Who is to act in a state (TP-MOVE-7). Where it is nobody, something may still be open. */
export function turnOf(state: TraceState): Turn {
  return TURNS[state];
}

/** Moves a side may make where a case stands, by name, in the order of the closed list. */
export function movesOpenTo(
  by: Side,
  standing: Pick<CaseStanding, "state" | "answeredAtMs">,
  nowMs: number,
): NameOf<typeof TraceMove>[] {
  return namesOf(TraceMove).filter((name) => {
    const facts = { by, sentAtMs: nowMs, outcomeClass: OutcomeClass.UNSPECIFIED };
    return judgeNext(standing, { ...facts, move: TraceMove[name] }).ok;
  });
}
