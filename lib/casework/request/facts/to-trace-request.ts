import {
  CheckResult,
  FindingLevel,
  IllicitGround,
  IntendedUse,
  MilitaryCivil,
  Offence,
  Question,
  SubjectKind,
  type Timestamp,
  TraceRequest,
} from "#proto";
import { instantMsOf } from "#runtime";
import { toTimestamp } from "#wire";
import { codeOf } from "../../name-schema.ts";
import type { TraceRequestFacts } from "./request-schema.ts";
import { toCustodyEvent, toManifest, toRecovery } from "./to-circumstances.ts";
import { toAmmunition, toFirearm, toPart } from "./to-firearm.ts";

/** What the service itself knows of a request. */
export interface RequestContext {
  /** ISO 3166-1 alpha-2. */
  readonly requestingState: string;
  readonly requestedState: string;
  readonly nowMs: number;
}

/** Builds the body of a trace request from the facts of an officer; decides nothing (TP-REQ-1). */
export function toTraceRequest(facts: TraceRequestFacts, context: RequestContext): TraceRequest {
  return TraceRequest.create({
    requestingState: context.requestingState,
    requestedState: context.requestedState,
    createdAt: instantOf(facts.createdAt) ?? toTimestamp(context.nowMs),
    ...headFacts(facts),
    ...purposeFacts(facts),
    ...subjectFacts(facts),
    ...aroundFacts(facts),
    findings: (facts.findings ?? []).map((finding) => ({
      ...finding,
      level: codeOf(FindingLevel, finding.level),
    })),
    suppliedFields: facts.suppliedFields ?? [],
  });
}

function headFacts(facts: TraceRequestFacts) {
  return {
    nationalCaseNumber: facts.nationalCaseNumber ?? "",
    languageTag: facts.languageTag ?? "",
    translationAttached: facts.translationAttached ?? false,
    officerRef: facts.officerRef ?? "",
    contact: facts.contact ?? "",
    specialInstructions: facts.specialInstructions ?? "",
    previousRequestId: facts.previousRequestId ?? "",
    hopNumber: facts.hopNumber ?? 0,
    onwardForwardConsent: facts.onwardForwardConsent ?? false,
    forwardedFor: facts.forwardedFor ?? "",
    custodyHistory: (facts.custodyHistory ?? []).map(toCustodyEvent),
  };
}

function purposeFacts(facts: TraceRequestFacts) {
  const { confidentiality } = facts;
  return {
    urgencyJustification: facts.urgencyJustification ?? "",
    illicitGrounds: (facts.illicitGrounds ?? []).map((name) => codeOf(IllicitGround, name)),
    embargoResolution: facts.embargoResolution ?? "",
    legalJustification: facts.legalJustification ?? "",
    intendedUse: codeOf(IntendedUse, facts.intendedUse),
    offences: (facts.offences ?? []).map((name) => codeOf(Offence, name)),
    offenceIccs: facts.offenceIccs ?? [],
    confidentiality: confidentiality && { limitation: "", ...confidentiality },
    handlingText: facts.handlingText ?? "",
    questionsAsked: (facts.questionsAsked ?? []).map((name) => codeOf(Question, name)),
    respondBy: instantOf(facts.respondBy),
  };
}

function subjectFacts(facts: TraceRequestFacts) {
  return {
    subjectKind: codeOf(SubjectKind, facts.subjectKind),
    quantity: facts.quantity ?? 0,
    recordHolder: codeOf(MilitaryCivil, facts.recordHolder),
    firearm: facts.firearm && toFirearm(facts.firearm),
    parts: (facts.parts ?? []).map(toPart),
    ammunition: facts.ammunition && toAmmunition(facts.ammunition),
  };
}

function aroundFacts(facts: TraceRequestFacts) {
  const { ballistics, priorChecks } = facts;
  return {
    recovery: facts.recovery && toRecovery(facts.recovery),
    priorChecks: priorChecks && {
      nationalRegistry: codeOf(CheckResult, priorChecks.nationalRegistry),
      lostStolen: codeOf(CheckResult, priorChecks.lostStolen),
      iarms: codeOf(CheckResult, priorChecks.iarms),
      nationalRegistryOn: priorChecks.nationalRegistryOn ?? "",
      lostStolenOn: priorChecks.lostStolenOn ?? "",
      iarmsOn: priorChecks.iarmsOn ?? "",
      iarmsRef: priorChecks.iarmsRef ?? "",
    },
    attachments: (facts.attachments ?? []).map(toManifest),
    links: facts.links ?? [],
    linkedAuthorizationRef: facts.linkedAuthorizationRef ?? "",
    ballistics: ballistics && {
      ibinRef: ballistics.ibinRef ?? "",
      nationalRef: ballistics.nationalRef ?? "",
    },
  };
}

/** RFC 3339 text as a timestamp; undefined when there is none. */
export function instantOf(text: string | undefined): Timestamp | undefined {
  return text === undefined ? undefined : toTimestamp(instantMsOf(text));
}
