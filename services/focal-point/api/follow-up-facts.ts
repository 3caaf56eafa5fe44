import { toFirearm } from "#casework";
import {
  CaseClosed,
  CaseReopened,
  EstablishedBy,
  OutcomeFeedback,
  Reminder,
  SupplementaryInformation,
  TraceFollowUp,
  Usefulness,
  Withdrawal,
  WithdrawalReason,
} from "#proto";
import type { NewFollowUp } from "./follow-up-schema.ts";
import { codeOf } from "./names.ts";

type Content = NonNullable<TraceFollowUp["content"]>;

/** Builds the body of a follow-up; undefined unless exactly one move is given. */
export function toFollowUp(facts: NewFollowUp): TraceFollowUp | undefined {
  const [content, ...others] = contentsOf(facts);
  if (content === undefined || others.length > 0) return undefined;
  const { languageTag = "en", officerRef = "" } = facts;
  return TraceFollowUp.create({ content, languageTag, officerRef });
}

function contentsOf(facts: NewFollowUp): Content[] {
  const { caseClosed, caseReopened, clarificationRequest, outcomeFeedback } = facts;
  const { reminder, supplementaryInformation, withdrawal } = facts;
  const contents: (Content | undefined)[] = [
    supplementaryInformation && {
      $case: "supplementaryInformation",
      value: SupplementaryInformation.create({
        ...supplementaryInformation,
        firearm: firearmOf(supplementaryInformation),
      }),
    },
    clarificationRequest && { $case: "clarificationRequest", value: clarificationRequest },
    withdrawal && {
      $case: "withdrawal",
      value: Withdrawal.create({
        ...withdrawal,
        reason: codeOf(WithdrawalReason, withdrawal.reason),
      }),
    },
    reminder && { $case: "reminder", value: Reminder.create(reminder) },
    outcomeFeedback && {
      $case: "outcomeFeedback",
      value: OutcomeFeedback.create({
        ...outcomeFeedback,
        usefulness: codeOf(Usefulness, outcomeFeedback.usefulness),
      }),
    },
    caseClosed && {
      $case: "caseClosed",
      value: CaseClosed.create({
        ...caseClosed,
        establishedBy: codeOf(EstablishedBy, caseClosed.establishedBy),
      }),
    },
    caseReopened && {
      $case: "caseReopened",
      value: CaseReopened.create({ ...caseReopened, firearm: firearmOf(caseReopened) }),
    },
  ];
  return contents.filter((content) => content !== undefined);
}

type FirearmFacts = NonNullable<NewFollowUp["caseReopened"]>["firearm"];

function firearmOf({ firearm }: { readonly firearm?: FirearmFacts }) {
  return firearm === undefined ? undefined : toFirearm(firearm);
}
