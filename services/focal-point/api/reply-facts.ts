import { instantOf } from "#casework";
import {
  AnswerStatus,
  Certainty,
  type Clarification,
  ClarificationDecision,
  Correction,
  CustodyEvent,
  CustodyEventKind,
  DatePrecision,
  DelayNotice,
  EvidenceKind,
  FinalReply,
  type InterimReply,
  MilitaryCivil,
  PartyRole,
  Question,
  type QuestionAnswer,
  Referral,
  ReferralMode,
  RefusalGround,
  RefusalNotice,
  type RequestForInformation,
  type TraceAcknowledgement,
  TraceOutcome,
  TraceReply,
} from "#proto";
import { codeOf } from "./names.ts";
import type { NewReply } from "./reply-schema.ts";

type Content = NonNullable<TraceReply["content"]>;
type FactsOf<C extends Content["$case"]> = NonNullable<NewReply[C]>;

/** Builds the body of a trace reply; undefined unless exactly one move is given. */
export function toTraceReply(facts: NewReply): TraceReply | undefined {
  const [content, ...others] = contentsOf(facts);
  if (content === undefined || others.length > 0) return undefined;
  return TraceReply.create({
    content,
    languageTag: facts.languageTag ?? "en",
    sourceNote: facts.sourceNote ?? "",
    handlingText: facts.handlingText ?? "",
    officerRef: facts.officerRef ?? "",
  });
}

function contentsOf(facts: NewReply): Content[] {
  const { acknowledgement, clarification, correction, delay, final, interim } = facts;
  const { referral, refusal, requestForInformation } = facts;
  const contents: (Content | undefined)[] = [
    acknowledgement && { $case: "acknowledgement", value: toAcknowledgement(acknowledgement) },
    requestForInformation && {
      $case: "requestForInformation",
      value: toQuestion(requestForInformation),
    },
    interim && { $case: "interim", value: toInterim(interim) },
    final && { $case: "final", value: toFinal(final) },
    referral && { $case: "referral", value: toReferral(referral) },
    delay && {
      $case: "delay",
      value: DelayNotice.create({ ...delay, ground: codeOf(RefusalGround, delay.ground) }),
    },
    refusal && {
      $case: "refusal",
      value: RefusalNotice.create({ ...refusal, ground: codeOf(RefusalGround, refusal.ground) }),
    },
    clarification && { $case: "clarification", value: toClarification(clarification) },
    correction && {
      $case: "correction",
      value: Correction.create({ ...correction, corrected: toFinal(correction.corrected) }),
    },
  ];
  return contents.filter((content) => content !== undefined);
}

function toAcknowledgement(facts: FactsOf<"acknowledgement">): TraceAcknowledgement {
  const { nationalReference, expectedBy } = facts;
  return { nationalReference, expectedBy: instantOf(expectedBy) };
}

function toQuestion(facts: FactsOf<"requestForInformation">): RequestForInformation {
  const { fields = [], question, respondBy } = facts;
  return { fields, question, respondBy: instantOf(respondBy) };
}

function toInterim(facts: FactsOf<"interim">): InterimReply {
  const { answers = [], custodyEvents = [], nextExpectedAt, remarks = "" } = facts;
  return {
    custodyEvents: custodyEvents.map(toCustodyEvent),
    answers: answers.map(toAnswer),
    remarks,
    nextExpectedAt: instantOf(nextExpectedAt),
  };
}

function toFinal(facts: FactsOf<"final">): FinalReply {
  const { answers = [], custodyEvents = [] } = facts;
  return FinalReply.create({
    ...facts,
    outcome: codeOf(TraceOutcome, facts.outcome),
    custodyEvents: custodyEvents.map(toCustodyEvent),
    answers: answers.map(toAnswer),
    restrictionGround: codeOf(RefusalGround, facts.restrictionGround),
    recordHolder: codeOf(MilitaryCivil, facts.recordHolder),
  });
}

function toReferral(facts: FactsOf<"referral">): Referral {
  const { custodyEvents = [], mode } = facts;
  return Referral.create({
    ...facts,
    mode: codeOf(ReferralMode, mode),
    custodyEvents: custodyEvents.map(toCustodyEvent),
  });
}

function toClarification({ decision, explanation }: FactsOf<"clarification">): Clarification {
  return { decision: codeOf(ClarificationDecision, decision), explanation: explanation ?? "" };
}

function toAnswer(facts: NonNullable<FactsOf<"final">["answers"]>[number]): QuestionAnswer {
  const { answer, question, status } = facts;
  const answered = { question: codeOf(Question, question), answer };
  return { ...answered, status: codeOf(AnswerStatus, status) };
}

function toCustodyEvent(
  facts: NonNullable<FactsOf<"final">["custodyEvents"]>[number],
): CustodyEvent {
  return CustodyEvent.create({
    ...facts,
    kind: codeOf(CustodyEventKind, facts.kind),
    datePrecision: codeOf(DatePrecision, facts.datePrecision),
    fromRole: codeOf(PartyRole, facts.fromRole),
    toRole: codeOf(PartyRole, facts.toRole),
    evidenceKind: codeOf(EvidenceKind, facts.evidenceKind),
    certainty: codeOf(Certainty, facts.certainty),
  });
}
