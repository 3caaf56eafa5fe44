import { validate as isUuid } from "uuid";
import {
  CheckResult,
  type Finding,
  FindingLevel,
  IllicitGround,
  Instrument,
  IntendedUse,
  Priority,
  Question,
  type Recovery,
  RecoveryMethod,
  SubjectKind,
  type TraceRequest,
} from "#proto";
import { isStateCode } from "#reference";
import { CASEWORK_LIMITS } from "#runtime";
import { timestampMs } from "#wire";
import { isCalendarDate } from "./calendar-date.ts";
import { checkFirearm } from "./check-firearm.ts";
import { FindingList } from "./finding-list.ts";

/** Facts of the header that rules of the body need; a rule whose fact is absent is left out. */
export interface TraceRequestContext {
  readonly priority?: Priority;
  readonly instrumentBasis?: readonly Instrument[];
}

/** A recovery dated by the calendar of the easternmost time zone is not in the future. */
const EASTERNMOST_MS = 14 * 60 * 60 * 1_000;

/**
 * Checks a trace request (TP-CASE-2) against domain notes 1.2, before sealing at the sender and
 * after opening at the recipient. Returns every finding: ERROR must not be sent, WARNING lowers the
 * chance of an answer, ADVICE is for the officer. Fields are named by their path in
 * tracepost.v1.TraceRequest.
 */
export function checkTraceRequest(
  request: TraceRequest,
  context: TraceRequestContext = {},
): Finding[] {
  const found = new FindingList();
  const createdAtMs = timestampMs(request.createdAt);
  found.demand(createdAtMs !== undefined, "created_at", "missing");
  checkParties(request, found);
  checkPurpose(request, context, found);
  checkSubject(request, context, found);
  if (request.subjectKind !== SubjectKind.AMMUNITION) {
    const createdYear = new Date(createdAtMs ?? 0).getUTCFullYear();
    checkFirearm(request.firearm, request.requestedState, createdYear, found);
  }
  checkRecovery(request.recovery, request.requestingState, createdAtMs, found);
  checkPriorChecks(request, found);
  checkQuestions(request, createdAtMs, found);
  checkChain(request, found);
  return found.all();
}

/** The findings that forbid sending a request. */
export function errorsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter((finding) => finding.level === FindingLevel.ERROR);
}

function checkParties(request: TraceRequest, found: FindingList): void {
  const { requestingState, requestedState } = request;
  found.demand(isStateCode(requestingState), "requesting_state", "unknownState");
  found.demand(isStateCode(requestedState), "requested_state", "unknownState");
  found.demand(requestingState !== requestedState, "requested_state", "sameState");
  const { caseNumberCharsMax } = CASEWORK_LIMITS;
  found.text(request.nationalCaseNumber, "national_case_number", caseNumberCharsMax);
  found.text(request.officerRef, "officer_ref", caseNumberCharsMax);
  // A pseudonym: an address would identify a person in another State's files.
  found.demand(!request.officerRef.includes("@"), "officer_ref", "personalData");
  found.demand(isLanguageTag(request.languageTag), "language_tag", "notALanguageTag");
}

function checkPurpose(
  request: TraceRequest,
  context: TraceRequestContext,
  found: FindingList,
): void {
  found.choices(request.illicitGrounds, IllicitGround, "illicit_grounds");
  found.reason(request.legalJustification, "legal_justification");
  const embargo = request.illicitGrounds.includes(IllicitGround.UNSC_EMBARGO);
  const namesResolution = /\b\d{3,4}\b/u.test(request.legalJustification);
  found.demand(!embargo || namesResolution, "legal_justification", "resolutionMissing");
  found.choice(request.intendedUse, IntendedUse, "intended_use");
  if (context.priority === Priority.URGENT) {
    found.reason(request.urgencyJustification, "urgency_justification");
  }
  const { confidentiality } = request;
  found.demand(confidentiality !== undefined, "confidentiality", "missing");
  if (confidentiality?.canGuarantee === false) {
    found.reason(confidentiality.limitation, "confidentiality.limitation");
    // ITI para 22: the requested State may refuse for this alone.
    found.demand(false, "confidentiality.can_guarantee", "refusalAllowed", "WARNING");
  }
}

function checkSubject(
  request: TraceRequest,
  context: TraceRequestContext,
  found: FindingList,
): void {
  const { quantity, subjectKind } = request;
  found.choice(subjectKind, SubjectKind, "subject_kind");
  found.demand(quantity >= 1, "quantity", "missing");
  const single = subjectKind !== SubjectKind.FIREARM || quantity <= 1;
  found.demand(single, "quantity", "oneFirearmPerRequest");
  const onItiAlone = context.instrumentBasis?.every((basis) => basis === Instrument.ITI) ?? false;
  // The Tracing Instrument does not cover ammunition.
  const covered = subjectKind !== SubjectKind.AMMUNITION || !onItiAlone;
  found.demand(covered, "subject_kind", "notCoveredByInstrument");
}

function checkRecovery(
  recovery: Recovery | undefined,
  requestingState: string,
  createdAtMs: number | undefined,
  found: FindingList,
): void {
  if (recovery === undefined) {
    found.demand(false, "recovery", "missing");
    return;
  }
  const { date } = recovery;
  found.demand(date !== "", "recovery.date", "missing");
  found.demand(date === "" || isCalendarDate(date), "recovery.date", "notADate");
  if (createdAtMs !== undefined && isCalendarDate(date)) {
    const latest = new Date(createdAtMs + EASTERNMOST_MS).toISOString().slice(0, date.length);
    found.demand(date <= latest, "recovery.date", "inTheFuture");
  }
  found.choice(recovery.method, RecoveryMethod, "recovery.method");
  // Amnesty collections are excepted from tracing (MOSAIC 05.31).
  const collected = recovery.method === RecoveryMethod.SURRENDERED;
  found.demand(!collected, "recovery.method", "amnestyExcepted", "WARNING");
  // ITI para 16: a State asks about firearms found in its own jurisdiction.
  found.demand(recovery.country === requestingState, "recovery.country", "notRequestingState");
  found.demand(recovery.place !== "", "recovery.place", "missing", "ADVICE");
}

function checkPriorChecks(request: TraceRequest, found: FindingList): void {
  const checks = request.priorChecks;
  const isDone = (result: CheckResult | undefined): boolean =>
    result === CheckResult.NO_HIT || result === CheckResult.HIT;
  found.demand(isDone(checks?.nationalRegistry), "prior_checks.national_registry", "notDone");
  found.demand(isDone(checks?.lostStolen), "prior_checks.lost_stolen", "notDone");
  found.demand(isDone(checks?.iarms), "prior_checks.iarms", "notDone", "ADVICE");
}

function checkQuestions(
  request: TraceRequest,
  createdAtMs: number | undefined,
  found: FindingList,
): void {
  found.choices(request.questionsAsked, Question, "questions_asked");
  const respondByMs = timestampMs(request.respondBy);
  found.demand(respondByMs !== undefined, "respond_by", "missing", "ADVICE");
  const later = (respondByMs ?? Number.POSITIVE_INFINITY) > (createdAtMs ?? 0);
  found.demand(later, "respond_by", "beforeCreation");
}

function checkChain(request: TraceRequest, found: FindingList): void {
  const { hopNumber, previousRequestId } = request;
  found.demand(hopNumber > 0 === (previousRequestId !== ""), "hop_number", "bothOrNone");
  found.demand(hopNumber <= CASEWORK_LIMITS.hopsMax, "hop_number", "chainTooLong");
  const named = previousRequestId === "" || isUuid(previousRequestId);
  found.demand(named, "previous_request_id", "notAnId");
}

function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
