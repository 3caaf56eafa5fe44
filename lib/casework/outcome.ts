import {
  ClarificationDecision,
  type FinalReply,
  OutcomeClass,
  type TraceFollowUp,
  TraceMove,
  TraceOutcome,
  type TraceReply,
} from "#proto";

/** Name of an outcome without the prefix of its enum, such as NO_RECORD. */
export type TraceOutcomeName = Exclude<keyof typeof TraceOutcome, "UNSPECIFIED">;

/**
 * Class of each final outcome (TP-CASE-4, domain notes 2.2). ESTABLISHED counts toward indicator
 * SDG 16.4.2 once the requesting State agrees.
 */
const CLASS_OF_OUTCOME: Readonly<Record<TraceOutcome, OutcomeClass>> = {
  [TraceOutcome.UNSPECIFIED]: OutcomeClass.UNSPECIFIED,
  [TraceOutcome.LAST_LEGAL_HOLDER_IDENTIFIED]: OutcomeClass.ESTABLISHED,
  [TraceOutcome.REPORTED_LOST_OR_STOLEN]: OutcomeClass.ESTABLISHED,
  [TraceOutcome.DIVERTED_STATE_STOCK]: OutcomeClass.ESTABLISHED,
  [TraceOutcome.RECORDED_DESTROYED]: OutcomeClass.ESTABLISHED,
  [TraceOutcome.RECORDED_DEACTIVATED]: OutcomeClass.ESTABLISHED,
  [TraceOutcome.ILLICITLY_MANUFACTURED]: OutcomeClass.ESTABLISHED,
  [TraceOutcome.EXPORTED_ONWARD]: OutcomeClass.ONWARD,
  [TraceOutcome.MANUFACTURE_CONFIRMED_ONLY]: OutcomeClass.NOT_ESTABLISHED,
  [TraceOutcome.NO_RECORD]: OutcomeClass.NOT_ESTABLISHED,
  [TraceOutcome.RECORDS_EXPIRED]: OutcomeClass.NOT_ESTABLISHED,
  [TraceOutcome.RECORDS_LOST]: OutcomeClass.NOT_ESTABLISHED,
  [TraceOutcome.NOT_OF_THIS_STATE]: OutcomeClass.NOT_ESTABLISHED,
  [TraceOutcome.INSUFFICIENT_IDENTIFICATION]: OutcomeClass.NOT_ESTABLISHED,
  [TraceOutcome.OUT_OF_SCOPE]: OutcomeClass.OUT_OF_SCOPE,
};

/**
 * Coarse class of a reply, which the header discloses so that it can be counted unread.
 * UNSPECIFIED for what concludes nothing, and for an outcome this version does not know.
 */
export function outcomeClassOf(reply: TraceReply): OutcomeClass {
  switch (reply.content?.$case) {
    case "final":
      return CLASS_OF_OUTCOME[reply.content.value.outcome] ?? OutcomeClass.UNSPECIFIED;
    case "refusal":
      return OutcomeClass.REFUSED;
    case "referral":
      return OutcomeClass.ONWARD;
    case "clarification": {
      const { decision } = reply.content.value;
      const isMaintained = decision === ClarificationDecision.MAINTAINED;
      return isMaintained ? OutcomeClass.REFUSED : OutcomeClass.UNSPECIFIED;
    }
    case "correction":
      return CLASS_OF_OUTCOME[reply.content.value.corrected?.outcome ?? 0] ?? 0;
    default:
      return OutcomeClass.UNSPECIFIED;
  }
}

/** Move of each content of a reply. */
const MOVE_OF_REPLY: Readonly<Record<NonNullable<TraceReply["content"]>["$case"], TraceMove>> = {
  acknowledgement: TraceMove.ACKNOWLEDGEMENT,
  requestForInformation: TraceMove.REQUEST_FOR_INFORMATION,
  interim: TraceMove.INTERIM,
  final: TraceMove.FINAL,
  referral: TraceMove.REFERRAL,
  delay: TraceMove.DELAY,
  refusal: TraceMove.REFUSAL,
  clarification: TraceMove.CLARIFICATION,
  correction: TraceMove.CORRECTION,
};

/** The move a reply makes in its conversation; UNSPECIFIED when it has no content. */
export function moveOf(reply: TraceReply): TraceMove {
  const { content } = reply;
  return content === undefined ? TraceMove.UNSPECIFIED : MOVE_OF_REPLY[content.$case];
}

/** Name of a final reply's outcome, such as NO_RECORD; undefined when none is given. */
export function outcomeName(reply: FinalReply): TraceOutcomeName | undefined {
  const name = Object.entries(TraceOutcome).find(([, value]) => value === reply.outcome)?.[0];
  return name === undefined || name === "UNSPECIFIED" ? undefined : (name as TraceOutcomeName);
}

/** Move of each content of a follow-up. */
const MOVE_OF_FOLLOW_UP: Readonly<
  Record<NonNullable<TraceFollowUp["content"]>["$case"], TraceMove>
> = {
  supplementaryInformation: TraceMove.SUPPLEMENTARY_INFORMATION,
  clarificationRequest: TraceMove.CLARIFICATION_REQUEST,
  withdrawal: TraceMove.WITHDRAWAL,
  reminder: TraceMove.REMINDER,
  outcomeFeedback: TraceMove.OUTCOME_FEEDBACK,
  caseClosed: TraceMove.CASE_CLOSED,
  caseReopened: TraceMove.CASE_REOPENED,
};

/** The move a follow-up makes in its conversation; UNSPECIFIED when it has no content. */
export function moveOfFollowUp({ content }: TraceFollowUp): TraceMove {
  return content === undefined ? TraceMove.UNSPECIFIED : MOVE_OF_FOLLOW_UP[content.$case];
}
