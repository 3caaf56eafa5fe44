import { instantMsOf } from "#http";
import {
  CheckResult,
  FindingLevel,
  Firearm,
  FirearmType,
  IllicitGround,
  IntendedUse,
  MarkKind,
  Question,
  Recovery,
  RecoveryMethod,
  SerialStatus,
  SubjectKind,
  type Timestamp,
  TraceRequest,
} from "#proto";
import { toTimestamp } from "#wire";
import { codeOf } from "./names.ts";
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

/** RFC 3339 text as a timestamp; undefined when there is none. */
export function instantOf(text: string | undefined): Timestamp | undefined {
  return text === undefined ? undefined : toTimestamp(instantMsOf(text));
}
