import { instantMsOf } from "#http";
import {
  CheckResult,
  type CustodyEvent,
  CustodyEventKind,
  type Finding,
  FindingLevel,
  Firearm,
  FirearmType,
  IllicitGround,
  IntendedUse,
  MarkKind,
  Question,
  Recovery,
  RecoveryMethod,
  RefusalGround,
  SerialStatus,
  SubjectKind,
  type Timestamp,
  TraceOutcome,
  type TraceReply,
  TraceRequest,
} from "#proto";
import { timestampMs, toTimestamp } from "#wire";
import { codeOf, nameOf } from "./names.ts";
import type { TraceRequestFacts } from "./trace-schema.ts";

/** What the service itself knows of a request. */
export interface RequestContext {
  /** ISO 3166-1 alpha-2. */
  readonly requestingState: string;
  readonly requestedState: string;
  readonly nowMs: number;
}

/** Builds the body of a trace request from the facts of an officer; decides nothing. */
export function toTraceRequest(facts: TraceRequestFacts, context: RequestContext): TraceRequest {
  return TraceRequest.create({
    requestingState: context.requestingState,
    requestedState: context.requestedState,
    nationalCaseNumber: facts.nationalCaseNumber ?? "",
    createdAt: instantOf(facts.createdAt) ?? toTimestamp(context.nowMs),
    urgencyJustification: facts.urgencyJustification ?? "",
    languageTag: facts.languageTag ?? "",
    illicitGrounds: (facts.illicitGrounds ?? []).map((name) => codeOf(IllicitGround, name)),
    legalJustification: facts.legalJustification ?? "",
    intendedUse: codeOf(IntendedUse, facts.intendedUse),
    confidentiality:
      facts.confidentiality === undefined
        ? undefined
        : { limitation: "", ...facts.confidentiality },
    subjectKind: codeOf(SubjectKind, facts.subjectKind),
    quantity: facts.quantity ?? 0,
    firearm: facts.firearm === undefined ? undefined : toFirearm(facts.firearm),
    recovery: facts.recovery === undefined ? undefined : toRecovery(facts.recovery),
    priorChecks: facts.priorChecks && {
      nationalRegistry: codeOf(CheckResult, facts.priorChecks.nationalRegistry),
      lostStolen: codeOf(CheckResult, facts.priorChecks.lostStolen),
      iarms: codeOf(CheckResult, facts.priorChecks.iarms),
    },
    questionsAsked: (facts.questionsAsked ?? []).map((name) => codeOf(Question, name)),
    respondBy: instantOf(facts.respondBy),
    previousRequestId: facts.previousRequestId ?? "",
    hopNumber: facts.hopNumber ?? 0,
    findings: (facts.findings ?? []).map((finding) => ({
      ...finding,
      level: codeOf(FindingLevel, finding.level),
    })),
    suppliedFields: facts.suppliedFields ?? [],
    officerRef: facts.officerRef ?? "",
  });
}

function toFirearm(facts: NonNullable<TraceRequestFacts["firearm"]>): Firearm {
  const { importMark } = facts;
  return Firearm.create({
    type: codeOf(FirearmType, facts.type),
    make: facts.make ?? "",
    model: facts.model ?? "",
    calibre: facts.calibre ?? "",
    serialStatus: codeOf(SerialStatus, facts.serialStatus),
    serialRaw: facts.serialRaw ?? "",
    countryOfManufacture: facts.countryOfManufacture ?? "",
    importMark: importMark && {
      country: importMark.country ?? "",
      year: importMark.year ?? 0,
      importer: importMark.importer ?? "",
    },
    markings: (facts.markings ?? []).map(({ kind, text }) => ({
      kind: codeOf(MarkKind, kind),
      text,
    })),
  });
}

function toRecovery(facts: NonNullable<TraceRequestFacts["recovery"]>): Recovery {
  return Recovery.create({
    date: facts.date ?? "",
    method: codeOf(RecoveryMethod, facts.method),
    country: facts.country ?? "",
    place: facts.place ?? "",
  });
}

/** A finding as JSON; the path names fields as the JSON of a request does. */
export function fromFinding({ field, rule, level }: Finding) {
  return { field: jsonPath(field), rule, level: nameOf(FindingLevel, level) ?? "ADVICE" };
}

/** `firearm.serial_raw` → `firearm.serialRaw`. */
export function jsonPath(protoPath: string): string {
  return protoPath.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A trace request as JSON, in the form `POST /v1/traces` takes. */
export function fromTraceRequest(request: TraceRequest) {
  const { firearm, recovery, priorChecks } = request;
  return {
    requestingState: request.requestingState,
    requestedState: request.requestedState,
    nationalCaseNumber: request.nationalCaseNumber,
    createdAt: textOf(request.createdAt),
    urgencyJustification: request.urgencyJustification || undefined,
    languageTag: request.languageTag,
    illicitGrounds: request.illicitGrounds.map((ground) => nameOf(IllicitGround, ground)),
    legalJustification: request.legalJustification,
    intendedUse: nameOf(IntendedUse, request.intendedUse),
    confidentiality: request.confidentiality && {
      canGuarantee: request.confidentiality.canGuarantee,
      limitation: request.confidentiality.limitation || undefined,
    },
    subjectKind: nameOf(SubjectKind, request.subjectKind),
    quantity: request.quantity,
    firearm: firearm && fromFirearm(firearm),
    recovery: recovery && {
      date: recovery.date,
      method: nameOf(RecoveryMethod, recovery.method),
      country: recovery.country,
      place: recovery.place || undefined,
    },
    priorChecks: priorChecks && {
      nationalRegistry: nameOf(CheckResult, priorChecks.nationalRegistry),
      lostStolen: nameOf(CheckResult, priorChecks.lostStolen),
      iarms: nameOf(CheckResult, priorChecks.iarms),
    },
    questionsAsked: request.questionsAsked.map((question) => nameOf(Question, question)),
    respondBy: textOf(request.respondBy),
    previousRequestId: request.previousRequestId || undefined,
    hopNumber: request.hopNumber || undefined,
    findings: request.findings.map(fromFinding),
    suppliedFields: request.suppliedFields,
    officerRef: request.officerRef,
  };
}

function fromFirearm(firearm: Firearm) {
  return {
    type: nameOf(FirearmType, firearm.type),
    make: firearm.make,
    model: firearm.model,
    calibre: firearm.calibre,
    serialStatus: nameOf(SerialStatus, firearm.serialStatus),
    serialRaw: firearm.serialRaw,
    countryOfManufacture: firearm.countryOfManufacture || undefined,
    importMark: firearm.importMark && {
      country: firearm.importMark.country || undefined,
      year: firearm.importMark.year || undefined,
      importer: firearm.importMark.importer || undefined,
    },
    markings: firearm.markings.map(({ kind, text }) => ({ kind: nameOf(MarkKind, kind), text })),
  };
}

/** A trace reply as JSON, in the form `POST /v1/traces/:caseId/reply` takes. */
export function fromTraceReply(reply: TraceReply) {
  const source = { languageTag: reply.languageTag, sourceNote: reply.sourceNote };
  const { content } = reply;
  switch (content?.$case) {
    case "final": {
      const { outcome, custodyEvents, nextState, remarks, answers } = content.value;
      return {
        ...source,
        final: {
          outcome: nameOf(TraceOutcome, outcome),
          custodyEvents: custodyEvents.map(fromCustodyEvent),
          nextState: nextState || undefined,
          remarks,
          answers: answers.map(({ question, answer }) => ({
            question: nameOf(Question, question),
            answer,
          })),
        },
      };
    }
    case "refusal": {
      const { ground, explanation } = content.value;
      return { ...source, refusal: { ground: nameOf(RefusalGround, ground), explanation } };
    }
    case "acknowledgement": {
      const { nationalReference, expectedBy } = content.value;
      const acknowledgement = { nationalReference, expectedBy: textOf(expectedBy) };
      return { ...source, acknowledgement };
    }
    case undefined:
      return source;
    default:
      return content satisfies never;
  }
}

function fromCustodyEvent(event: CustodyEvent) {
  return {
    kind: nameOf(CustodyEventKind, event.kind),
    date: event.date || undefined,
    fromParty: event.fromParty || undefined,
    fromState: event.fromState || undefined,
    toParty: event.toParty || undefined,
    toState: event.toState || undefined,
  };
}

/** RFC 3339 text as a timestamp; undefined when there is none. */
export function instantOf(text: string | undefined): Timestamp | undefined {
  return text === undefined ? undefined : toTimestamp(instantMsOf(text));
}

/** A timestamp as RFC 3339 text. */
export function textOf(timestamp: Timestamp | undefined): string | undefined {
  const ms = timestampMs(timestamp);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
