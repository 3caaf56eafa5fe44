import {
  AnswerStatus,
  ClarificationDecision,
  EstablishedBy,
  type FinalReply,
  MilitaryCivil,
  Question,
  type QuestionAnswer,
  ReferralMode,
  RefusalGround,
  type TraceFollowUp,
  TraceOutcome,
  type TraceReply,
  Usefulness,
  WithdrawalReason,
} from "#proto";
import { nameOf } from "../list-names.ts";
import { fromCustodyEvent } from "../request/view/from-circumstances.ts";
import { fromFirearm } from "../request/view/from-firearm.ts";
import { instantText as textOf } from "../request/view/given.ts";

type ReplyContent = NonNullable<TraceReply["content"]>;
type FollowUpContent = NonNullable<TraceFollowUp["content"]>;

/** A reply as JSON: at most one of the moves, in the form `POST /v1/traces/:caseId/reply` takes. */
export interface TraceReplyView extends Partial<ReturnType<typeof fromReplyContent>> {
  readonly languageTag: string;
  readonly sourceNote: string;
  readonly handlingText?: string | undefined;
  readonly officerRef?: string | undefined;
}

/** A trace reply as JSON. */
export function fromTraceReply(reply: TraceReply): TraceReplyView {
  const { content, handlingText, languageTag, officerRef, sourceNote } = reply;
  return {
    languageTag,
    sourceNote,
    handlingText: handlingText || undefined,
    officerRef: officerRef || undefined,
    ...(content === undefined ? {} : fromReplyContent(content)),
  };
}

function fromReplyContent(content: ReplyContent) {
  const of = <C extends ReplyContent["$case"]>(name: C) =>
    content.$case === name
      ? (content.value as Extract<ReplyContent, { $case: C }>["value"])
      : undefined;
  const acknowledgement = of("acknowledgement");
  const requestForInformation = of("requestForInformation");
  const interim = of("interim");
  const final = of("final");
  const referral = of("referral");
  const delay = of("delay");
  const refusal = of("refusal");
  const clarification = of("clarification");
  const correction = of("correction");
  return {
    acknowledgement: acknowledgement && {
      nationalReference: acknowledgement.nationalReference,
      expectedBy: textOf(acknowledgement.expectedBy),
    },
    requestForInformation: requestForInformation && {
      fields: requestForInformation.fields,
      question: requestForInformation.question,
      respondBy: textOf(requestForInformation.respondBy),
    },
    interim: interim && {
      custodyEvents: interim.custodyEvents.map(fromCustodyEvent),
      answers: interim.answers.map(fromAnswer),
      remarks: interim.remarks,
      nextExpectedAt: textOf(interim.nextExpectedAt),
    },
    final: final && fromFinal(final),
    referral: referral && {
      mode: nameOf(ReferralMode, referral.mode),
      nextStates: referral.nextStates,
      custodyEvents: referral.custodyEvents.map(fromCustodyEvent),
      remarks: referral.remarks,
      forwardedMessageId: referral.forwardedMessageId || undefined,
    },
    delay: delay && {
      ground: nameOf(RefusalGround, delay.ground),
      explanation: delay.explanation,
      reviewOn: delay.reviewOn,
    },
    refusal: refusal && {
      ground: nameOf(RefusalGround, refusal.ground),
      explanation: refusal.explanation,
      legalReference: refusal.legalReference || undefined,
    },
    clarification: clarification && {
      decision: nameOf(ClarificationDecision, clarification.decision),
      explanation: clarification.explanation,
    },
    correction: correction && {
      correctedMessageId: correction.correctedMessageId,
      reason: correction.reason,
      corrected: correction.corrected && fromFinal(correction.corrected),
    },
  };
}

function fromFinal(final: FinalReply) {
  const { answers, custodyEvents, nextState, outcome, remarks, restricted } = final;
  return {
    outcome: nameOf(TraceOutcome, outcome),
    custodyEvents: custodyEvents.map(fromCustodyEvent),
    nextState: nextState || undefined,
    remarks,
    answers: answers.map(fromAnswer),
    restricted: restricted || undefined,
    restrictionGround: nameOf(RefusalGround, final.restrictionGround),
    recordHolder: nameOf(MilitaryCivil, final.recordHolder),
    judicialUseConsent: final.judicialUseConsent || undefined,
  };
}

function fromAnswer({ answer, question, status }: QuestionAnswer) {
  return { question: nameOf(Question, question), answer, status: nameOf(AnswerStatus, status) };
}

/** A follow-up as JSON: one of the moves, as `POST /v1/traces/:caseId/follow-up` takes it. */
export interface TraceFollowUpView extends Partial<ReturnType<typeof fromFollowUpContent>> {
  readonly languageTag: string;
  readonly officerRef?: string | undefined;
}

/** A follow-up as JSON. */
export function fromFollowUp({ content, languageTag, officerRef }: TraceFollowUp) {
  const told: TraceFollowUpView = {
    languageTag,
    officerRef: officerRef || undefined,
    ...(content === undefined ? {} : fromFollowUpContent(content)),
  };
  return told;
}

function fromFollowUpContent(content: FollowUpContent) {
  const of = <C extends FollowUpContent["$case"]>(name: C) =>
    content.$case === name
      ? (content.value as Extract<FollowUpContent, { $case: C }>["value"])
      : undefined;
  const supplementaryInformation = of("supplementaryInformation");
  const clarificationRequest = of("clarificationRequest");
  const withdrawal = of("withdrawal");
  const reminder = of("reminder");
  const outcomeFeedback = of("outcomeFeedback");
  const caseClosed = of("caseClosed");
  const caseReopened = of("caseReopened");
  return {
    supplementaryInformation: supplementaryInformation && {
      text: supplementaryInformation.text || undefined,
      firearm: supplementaryInformation.firearm && fromFirearm(supplementaryInformation.firearm),
      nothingMore: supplementaryInformation.nothingMore || undefined,
    },
    clarificationRequest: clarificationRequest && { question: clarificationRequest.question },
    withdrawal: withdrawal && {
      reason: nameOf(WithdrawalReason, withdrawal.reason),
      explanation: withdrawal.explanation || undefined,
      acceptsFoundFacts: withdrawal.acceptsFoundFacts || undefined,
    },
    reminder: reminder && { number: reminder.number, text: reminder.text || undefined },
    outcomeFeedback: outcomeFeedback && {
      usefulness: nameOf(Usefulness, outcomeFeedback.usefulness),
      text: outcomeFeedback.text || undefined,
    },
    caseClosed: caseClosed && {
      established: caseClosed.established,
      establishedBy: nameOf(EstablishedBy, caseClosed.establishedBy),
      reason: caseClosed.reason,
    },
    caseReopened: caseReopened && {
      newFacts: caseReopened.newFacts,
      firearm: caseReopened.firearm && fromFirearm(caseReopened.firearm),
    },
  };
}
