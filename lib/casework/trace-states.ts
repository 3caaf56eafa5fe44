import { TraceMove } from "#proto";

/** Where a trace case stands (domain notes 2.2). OVERDUE is derived, not a state. */
export type TraceState =
  | "DRAFT"
  | "SUBMITTED"
  | "REJECTED_BY_GATEWAY"
  | "DISCARDED"
  | "DELIVERED"
  | "ACKNOWLEDGED"
  | "INFORMATION_REQUESTED"
  | "IN_PROGRESS"
  | "INTERIM"
  | "DELAYED"
  | "REFERRED"
  | "REFUSED"
  | "CLARIFICATION_SOUGHT"
  | "ANSWERED"
  | "REOPENED"
  | "CORRECTED"
  | "WITHDRAWN"
  | "CLOSED_NO_INFORMATION"
  | "CLOSED";

/** Who may make a case go on: only the owner of the move may emit it. */
export type MoveOwner = "requesting" | "requested" | "gateway" | "clock";

/** One way out of a state. */
export interface TraceTransition {
  readonly to: TraceState;
  readonly by: MoveOwner;
  /** Message that makes the move; absent when none travels. */
  readonly move?: TraceMove;
}

const step = (to: TraceState, by: MoveOwner, move?: TraceMove): TraceTransition =>
  move === undefined ? { to, by } : { to, by, move };

const ANSWERED = step("ANSWERED", "requested", TraceMove.FINAL);
const REFUSED = step("REFUSED", "requested", TraceMove.REFUSAL);
const DELAYED = step("DELAYED", "requested", TraceMove.DELAY);
const REFERRED = step("REFERRED", "requested", TraceMove.REFERRAL);
const INTERIM = step("INTERIM", "requested", TraceMove.INTERIM);
const ASKED_BACK = step("INFORMATION_REQUESTED", "requested", TraceMove.REQUEST_FOR_INFORMATION);
/** The requested State works on it again; no message of its own says so. */
const IN_PROGRESS = step("IN_PROGRESS", "requested");
/** The answer has been given by what was sent; no message of its own says so. */
const ANSWERED_SO = step("ANSWERED", "requested");
const WITHDRAWN = step("WITHDRAWN", "requesting", TraceMove.WITHDRAWAL);
const CLOSED = step("CLOSED", "requesting", TraceMove.CASE_CLOSED);
const AT_WORK = [INTERIM, ANSWERED, DELAYED, REFERRED, REFUSED, ASKED_BACK, WITHDRAWN];

/** State → every allowed way on (TP-CASE-5, domain notes 2.2). What is not here is refused. */
export const TRACE_TRANSITIONS: Readonly<Record<TraceState, readonly TraceTransition[]>> = {
  DRAFT: [step("SUBMITTED", "requesting", TraceMove.REQUEST), step("DISCARDED", "requesting")],
  SUBMITTED: [step("DELIVERED", "gateway"), step("REJECTED_BY_GATEWAY", "gateway")],
  REJECTED_BY_GATEWAY: [step("DRAFT", "requesting")],
  DISCARDED: [],
  // A final reply or a refusal may come at once; it counts as the acknowledgement too.
  DELIVERED: [
    step("ACKNOWLEDGED", "requested", TraceMove.ACKNOWLEDGEMENT),
    WITHDRAWN,
    ANSWERED,
    REFUSED,
  ],
  ACKNOWLEDGED: [IN_PROGRESS, ASKED_BACK, DELAYED, REFUSED, REFERRED, ANSWERED, WITHDRAWN],
  INFORMATION_REQUESTED: [
    step("IN_PROGRESS", "requesting", TraceMove.SUPPLEMENTARY_INFORMATION),
    step("CLOSED_NO_INFORMATION", "clock"),
    WITHDRAWN,
  ],
  IN_PROGRESS: AT_WORK,
  INTERIM: AT_WORK,
  DELAYED: [IN_PROGRESS, ANSWERED, REFUSED, WITHDRAWN],
  // The next State gets a case of its own; this one is answered by the referral.
  REFERRED: [ANSWERED_SO],
  REFUSED: [
    step("CLARIFICATION_SOUGHT", "requesting", TraceMove.CLARIFICATION_REQUEST),
    CLOSED,
    IN_PROGRESS,
  ],
  CLARIFICATION_SOUGHT: [step("REFUSED", "requested", TraceMove.CLARIFICATION), IN_PROGRESS],
  ANSWERED: [
    CLOSED,
    step("REOPENED", "requesting", TraceMove.CASE_REOPENED),
    step("CORRECTED", "requested", TraceMove.CORRECTION),
  ],
  REOPENED: [IN_PROGRESS, ANSWERED],
  // The correction holds the corrected answer; another one may follow.
  CORRECTED: [IN_PROGRESS, ANSWERED, ANSWERED_SO],
  WITHDRAWN: [CLOSED],
  CLOSED_NO_INFORMATION: [CLOSED],
  CLOSED: [],
};

const REMIND = { by: "requesting", move: TraceMove.REMINDER } as const;
const FEED_BACK = { by: "requesting", move: TraceMove.OUTCOME_FEEDBACK } as const;

/**
 * State → messages that may be sent in it and leave it as it is (TP-MOVE-2): a reminder while the
 * requested State is to act, what came of an answer, a correction after the close, and facts found
 * before a withdrawal.
 */
export const STANDING_MOVES: Readonly<
  Partial<Record<TraceState, readonly { readonly by: MoveOwner; readonly move: TraceMove }[]>>
> = {
  DELIVERED: [REMIND],
  ACKNOWLEDGED: [REMIND],
  IN_PROGRESS: [REMIND],
  INTERIM: [REMIND],
  DELAYED: [REMIND],
  CLARIFICATION_SOUGHT: [REMIND],
  REOPENED: [REMIND],
  CORRECTED: [FEED_BACK],
  REFERRED: [FEED_BACK],
  ANSWERED: [FEED_BACK],
  WITHDRAWN: [{ by: "requested", move: TraceMove.INTERIM }],
  CLOSED: [FEED_BACK, { by: "requested", move: TraceMove.CORRECTION }],
};

/**
 * The state after a message of `by` making `move`; undefined when the state does not allow it or
 * the move belongs to the other side.
 */
export function nextTraceState(
  from: TraceState,
  move: TraceMove,
  by: MoveOwner,
): TraceState | undefined {
  const way = TRACE_TRANSITIONS[from].find((one) => one.move === move && one.by === by);
  if (way !== undefined) return way.to;
  const stands = STANDING_MOVES[from]?.some((one) => one.move === move && one.by === by);
  return stands === true ? from : undefined;
}
