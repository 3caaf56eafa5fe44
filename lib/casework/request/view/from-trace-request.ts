import {
  CheckResult,
  IllicitGround,
  IntendedUse,
  MilitaryCivil,
  Offence,
  type PriorChecks,
  Question,
  SubjectKind,
  type TraceRequest,
} from "#proto";
import { nameOf } from "../../list-names.ts";
import { fromCustodyEvent, fromManifest, fromRecovery } from "./from-circumstances.ts";
import { fromFinding } from "./from-finding.ts";
import { fromAmmunition, fromFirearm, fromPart } from "./from-firearm.ts";
import { given, instantText } from "./given.ts";

/** The type of {@link fromTraceRequest}. */
export type TraceRequestView = ReturnType<typeof fromTraceRequest>;

/**
 * A trace request as JSON, in the form `POST /v1/traces` takes (TP-REQ-1). What was left out stays
 * left out, but for the fields that every request has.
 */
export function fromTraceRequest(request: TraceRequest) {
  return {
    requestingState: request.requestingState,
    requestedState: request.requestedState,
    nationalCaseNumber: request.nationalCaseNumber,
    createdAt: instantText(request.createdAt),
    urgencyJustification: given(request.urgencyJustification),
    languageTag: request.languageTag,
    translationAttached: given(request.translationAttached),
    ...purposeView(request),
    ...subjectView(request),
    ...aroundView(request),
    questionsAsked: request.questionsAsked.map((question) => nameOf(Question, question)),
    respondBy: instantText(request.respondBy),
    previousRequestId: given(request.previousRequestId),
    hopNumber: given(request.hopNumber),
    onwardForwardConsent: given(request.onwardForwardConsent),
    custodyHistory: given(request.custodyHistory.map(fromCustodyEvent)),
    forwardedFor: given(request.forwardedFor),
    findings: request.findings.map(fromFinding),
    suppliedFields: request.suppliedFields,
    officerRef: request.officerRef,
    contact: given(request.contact),
    specialInstructions: given(request.specialInstructions),
  };
}

function purposeView(request: TraceRequest) {
  const { confidentiality } = request;
  return {
    illicitGrounds: request.illicitGrounds.map((ground) => nameOf(IllicitGround, ground)),
    embargoResolution: given(request.embargoResolution),
    legalJustification: request.legalJustification,
    intendedUse: nameOf(IntendedUse, request.intendedUse),
    offences: given(request.offences.map((offence) => nameOf(Offence, offence))),
    offenceIccs: given(request.offenceIccs),
    confidentiality: confidentiality && {
      canGuarantee: confidentiality.canGuarantee,
      limitation: given(confidentiality.limitation),
    },
    handlingText: given(request.handlingText),
  };
}

function subjectView({ ammunition, firearm, parts, ...request }: TraceRequest) {
  return {
    subjectKind: nameOf(SubjectKind, request.subjectKind),
    quantity: request.quantity,
    recordHolder: nameOf(MilitaryCivil, request.recordHolder),
    firearm: firearm && fromFirearm(firearm),
    parts: given(parts.map(fromPart)),
    ammunition: ammunition && fromAmmunition(ammunition),
  };
}

function aroundView({ ballistics, priorChecks, recovery, ...request }: TraceRequest) {
  return {
    recovery: recovery && fromRecovery(recovery),
    priorChecks: priorChecks && fromPriorChecks(priorChecks),
    attachments: given(request.attachments.map(fromManifest)),
    links: given(request.links),
    linkedAuthorizationRef: given(request.linkedAuthorizationRef),
    ballistics: ballistics && {
      ibinRef: given(ballistics.ibinRef),
      nationalRef: given(ballistics.nationalRef),
    },
  };
}

function fromPriorChecks(checks: PriorChecks) {
  return {
    nationalRegistry: nameOf(CheckResult, checks.nationalRegistry),
    nationalRegistryOn: given(checks.nationalRegistryOn),
    lostStolen: nameOf(CheckResult, checks.lostStolen),
    lostStolenOn: given(checks.lostStolenOn),
    iarms: nameOf(CheckResult, checks.iarms),
    iarmsOn: given(checks.iarmsOn),
    iarmsRef: given(checks.iarmsRef),
  };
}
