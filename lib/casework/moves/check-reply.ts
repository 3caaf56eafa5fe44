import { validate as isUuid } from "uuid";
import {
  type Clarification,
  ClarificationDecision,
  type Correction,
  type DelayNotice,
  type FinalReply,
  type Finding,
  type InterimReply,
  Question,
  type QuestionAnswer,
  type Referral,
  ReferralMode,
  RefusalGround,
  type RefusalNotice,
  type RequestForInformation,
  type TraceAcknowledgement,
  TraceOutcome,
  type TraceReply,
  type TraceRequest,
} from "#proto";
import { isStateCode } from "#reference";
import { CASEWORK_LIMITS, isCalendarDate, MOVE_LIMITS } from "#runtime";
import { timestampMs } from "#wire";
import { FindingList } from "../finding-list.ts";
import { checkCustody } from "./check-custody.ts";

/** What rules of a reply need besides it; a rule whose fact is absent is left out. */
export interface ReplyContext {
  /** The request it answers. */
  readonly request?: TraceRequest;
  /** Day of sending, ISO 8601. */
  readonly today?: string;
  /** States that its request may be passed on to, by consent or by leave of its originator. */
  readonly mayForwardTo?: readonly string[] | undefined;
}

/** The grounds of ITI para 22; the others are administrative and delay or restrict nothing. */
const INSTRUMENT_GROUNDS: readonly RefusalGround[] = [
  RefusalGround.ONGOING_INVESTIGATION,
  RefusalGround.CONFIDENTIALITY_LAW,
  RefusalGround.CONFIDENTIALITY_NOT_GUARANTEED,
  RefusalGround.NATIONAL_SECURITY,
];

/**
 * Checks the body of a reply (TP-MOVE-10), before sealing at the sender and after opening at the
 * recipient. Returns every finding; an ERROR is not sent, and refused (`BODY_INVALID`). Fields are
 * named by their path in tracepost.v1.TraceReply.
 */
export function checkReply(reply: TraceReply, context: ReplyContext = {}): Finding[] {
  const found = new FindingList();
  found.demand(reply.content !== undefined, "content", "missing");
  limit(found, reply.sourceNote, "source_note");
  limit(found, reply.handlingText, "handling_text");
  if (reply.content !== undefined) checkContent(found, reply.content, context);
  return found.all();
}

function checkContent(
  found: FindingList,
  content: NonNullable<TraceReply["content"]>,
  context: ReplyContext,
): void {
  switch (content.$case) {
    case "acknowledgement":
      checkAcknowledgement(found, content.value);
      return;
    case "requestForInformation":
      checkQuestion(found, content.value);
      return;
    case "interim":
      checkInterim(found, content.value);
      return;
    case "final":
      checkFinal(found, content.value, "final", context);
      return;
    case "referral":
      checkReferral(found, content.value, context);
      return;
    case "delay":
      checkDelay(found, content.value, context);
      return;
    case "refusal":
      checkRefusal(found, content.value);
      return;
    case "clarification":
      checkClarification(found, content.value);
      return;
    case "correction":
      checkCorrection(found, content.value, context);
      return;
    default:
      content satisfies never;
  }
}

function checkAcknowledgement(found: FindingList, told: TraceAcknowledgement): void {
  const { caseNumberCharsMax } = CASEWORK_LIMITS;
  found.text(told.nationalReference, "acknowledgement.national_reference", caseNumberCharsMax);
  const isDated = timestampMs(told.expectedBy) !== undefined;
  found.demand(isDated, "acknowledgement.expected_by", "missing", "WARNING");
}

function checkQuestion(found: FindingList, asked: RequestForInformation): void {
  const { askedFieldsMax } = MOVE_LIMITS;
  const { freeTextCharsMax } = CASEWORK_LIMITS;
  found.text(asked.question, "request_for_information.question", freeTextCharsMax);
  const fields = "request_for_information.fields";
  found.demand(asked.fields.length <= askedFieldsMax, fields, "tooMany");
  const arePaths = asked.fields.every((path) => /^[a-z][a-z0-9_.[\]]{0,99}$/u.test(path));
  found.demand(arePaths, fields, "notAField");
}

function checkInterim(found: FindingList, told: InterimReply): void {
  const { answers, custodyEvents, remarks } = told;
  const says = remarks.trim() !== "" || answers.length > 0 || custodyEvents.length > 0;
  found.demand(says, "interim.remarks", "missing");
  limit(found, remarks, "interim.remarks");
  checkCustody(found, custodyEvents, "interim.custody_events");
  checkAnswers(found, answers, "interim.answers");
}

function checkFinal(
  found: FindingList,
  told: FinalReply,
  field: string,
  { request }: ReplyContext,
): void {
  const { answers, custodyEvents, nextState, outcome, remarks, restrictionGround } = told;
  found.choice(outcome, TraceOutcome, `${field}.outcome`);
  const leadsOn = outcome === TraceOutcome.EXPORTED_ONWARD;
  const isNext = isStateCode(nextState) && nextState !== request?.requestedState;
  const nextRule = nextState === "" ? "missing" : "unknownState";
  found.demand(!leadsOn || isNext, `${field}.next_state`, nextRule);
  found.demand(leadsOn || nextState === "", `${field}.next_state`, "onlyWhenExported");
  limit(found, remarks, `${field}.remarks`);
  checkCustody(found, custodyEvents, `${field}.custody_events`);
  checkAnswers(found, answers, `${field}.answers`);
  const answered = new Set(answers.map(({ question }) => question));
  const asked = request?.questionsAsked ?? [];
  const isWhole = asked.every((question) => answered.has(question));
  found.demand(isWhole, `${field}.answers`, "notAnswered");
  if (told.restricted) checkGround(found, restrictionGround, `${field}.restriction_ground`);
  else {
    const isSilent = restrictionGround === RefusalGround.UNSPECIFIED;
    found.demand(isSilent, `${field}.restriction_ground`, "onlyWhenRestricted");
  }
}

function checkAnswers(found: FindingList, answers: readonly QuestionAnswer[], field: string): void {
  const questions = answers.map(({ question }) => question);
  found.demand(new Set(questions).size === questions.length, field, "repeated");
  for (const [index, { answer, question }] of answers.entries()) {
    found.choice(question, Question, `${field}[${index}].question`);
    limit(found, answer, `${field}[${index}].answer`);
  }
}

function checkReferral(found: FindingList, told: Referral, context: ReplyContext): void {
  const { mayForwardTo, request } = context;
  const { custodyEvents, forwardedMessageId, mode, nextStates, remarks } = told;
  found.choice(mode, ReferralMode, "referral.mode");
  const field = "referral.next_states";
  found.demand(nextStates.length > 0, field, "missing");
  found.demand(nextStates.length <= MOVE_LIMITS.nextStatesMax, field, "tooMany");
  found.demand(nextStates.every(isStateCode), field, "unknownState");
  found.demand(new Set(nextStates).size === nextStates.length, field, "repeated");
  const isOther = !nextStates.includes(request?.requestedState ?? "");
  found.demand(isOther, field, "sameState");
  checkCustody(found, custodyEvents, "referral.custody_events");
  limit(found, remarks, "referral.remarks");
  const forwarded = "referral.forwarded_message_id";
  if (mode !== ReferralMode.FORWARD) {
    found.demand(forwardedMessageId === "", forwarded, "onlyWhenForwarded");
    return;
  }
  found.demand(isUuid(forwardedMessageId), forwarded, "notAnId");
  // ITI para 15: nobody passes on without consent.
  const isMeant = mayForwardTo === undefined || nextStates.every((to) => mayForwardTo.includes(to));
  found.demand(isMeant, "referral.mode", "noConsent");
}

function checkDelay(found: FindingList, told: DelayNotice, { today }: ReplyContext): void {
  checkGround(found, told.ground, "delay.ground");
  found.text(told.explanation, "delay.explanation", CASEWORK_LIMITS.freeTextCharsMax);
  const { reviewOn } = told;
  const field = "delay.review_on";
  found.demand(isCalendarDate(reviewOn), field, reviewOn === "" ? "missing" : "notADate");
  found.demand(today === undefined || reviewOn >= today, field, "inThePast");
}

/** A ground of the instrument; an administrative one is none to delay or restrict on. */
function checkGround(found: FindingList, ground: RefusalGround, field: string): void {
  found.choice(ground, RefusalGround, field);
  const isOfInstrument = ground === 0 || INSTRUMENT_GROUNDS.includes(ground);
  found.demand(isOfInstrument, field, "notAGroundOfTheInstrument");
}

function checkRefusal(found: FindingList, told: RefusalNotice): void {
  found.choice(told.ground, RefusalGround, "refusal.ground");
  // ITI para 23: reasons are given.
  found.text(told.explanation, "refusal.explanation", CASEWORK_LIMITS.freeTextCharsMax);
  limit(found, told.legalReference, "refusal.legal_reference");
}

function checkClarification(found: FindingList, told: Clarification): void {
  found.choice(told.decision, ClarificationDecision, "clarification.decision");
  const { freeTextCharsMax } = CASEWORK_LIMITS;
  found.text(told.explanation, "clarification.explanation", freeTextCharsMax);
}

function checkCorrection(found: FindingList, told: Correction, context: ReplyContext): void {
  const { corrected, correctedMessageId, reason } = told;
  found.demand(isUuid(correctedMessageId), "correction.corrected_message_id", "notAnId");
  found.text(reason, "correction.reason", CASEWORK_LIMITS.freeTextCharsMax);
  found.demand(corrected !== undefined, "correction.corrected", "missing");
  if (corrected !== undefined) checkFinal(found, corrected, "correction.corrected", context);
}

function limit(found: FindingList, text: string, field: string): void {
  found.demand(text.length <= CASEWORK_LIMITS.freeTextCharsMax, field, "tooLong");
}
