import {
  type CaseClosed,
  EstablishedBy,
  type Finding,
  type TraceFollowUp,
  Usefulness,
  type Withdrawal,
  WithdrawalReason,
} from "#proto";
import { CASEWORK_LIMITS } from "#runtime";
import { FindingList } from "../finding-list.ts";

/**
 * Checks the body of a follow-up (TP-MOVE-11), before sealing at the sender and after opening at
 * the recipient. Returns every finding; an ERROR is not sent, and refused (`BODY_INVALID`). Fields
 * are named by their path in tracepost.v1.TraceFollowUp.
 */
export function checkFollowUp({ content }: TraceFollowUp): Finding[] {
  const found = new FindingList();
  found.demand(content !== undefined, "content", "missing");
  if (content !== undefined) checkContent(found, content);
  return found.all();
}

function checkContent(found: FindingList, content: NonNullable<TraceFollowUp["content"]>): void {
  const { freeTextCharsMax } = CASEWORK_LIMITS;
  switch (content.$case) {
    case "supplementaryInformation": {
      const { firearm, nothingMore, text } = content.value;
      const says = text.trim() !== "" || firearm !== undefined || nothingMore;
      found.demand(says, "supplementary_information.text", "missing");
      limit(found, text, "supplementary_information.text");
      return;
    }
    case "clarificationRequest":
      found.text(content.value.question, "clarification_request.question", freeTextCharsMax);
      return;
    case "withdrawal":
      checkWithdrawal(found, content.value);
      return;
    case "reminder":
      found.demand(content.value.number >= 1, "reminder.number", "missing");
      limit(found, content.value.text, "reminder.text");
      return;
    case "outcomeFeedback":
      found.choice(content.value.usefulness, Usefulness, "outcome_feedback.usefulness");
      limit(found, content.value.text, "outcome_feedback.text");
      return;
    case "caseClosed":
      checkClosed(found, content.value);
      return;
    case "caseReopened":
      found.reason(content.value.newFacts, "case_reopened.new_facts");
      return;
    default:
      content satisfies never;
  }
}

function checkWithdrawal(found: FindingList, { explanation, reason }: Withdrawal): void {
  found.choice(reason, WithdrawalReason, "withdrawal.reason");
  limit(found, explanation, "withdrawal.explanation");
  const isExplained = reason !== WithdrawalReason.OTHER || explanation.trim() !== "";
  found.demand(isExplained, "withdrawal.explanation", "missing");
}

/** The requesting State decides what counts as established, and says by what and why. */
function checkClosed(found: FindingList, { established, establishedBy, reason }: CaseClosed): void {
  found.text(reason, "case_closed.reason", CASEWORK_LIMITS.freeTextCharsMax);
  const field = "case_closed.established_by";
  if (established) found.choice(establishedBy, EstablishedBy, field);
  else found.demand(establishedBy === EstablishedBy.UNSPECIFIED, field, "onlyWhenEstablished");
}

function limit(found: FindingList, text: string, field: string): void {
  found.demand(text.length <= CASEWORK_LIMITS.freeTextCharsMax, field, "tooLong");
}
