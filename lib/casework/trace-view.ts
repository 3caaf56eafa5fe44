import {
  CheckResult,
  type CustodyEvent,
  CustodyEventKind,
  type FinalReply,
  type Finding,
  FindingLevel,
  type Firearm,
  FirearmType,
  IllicitGround,
  IntendedUse,
  MarkKind,
  Question,
  RecoveryMethod,
  RefusalGround,
  SerialStatus,
  SubjectKind,
  type Timestamp,
  TraceOutcome,
  type TraceReply,
  type TraceRequest,
} from "#proto";
import { timestampMs } from "#wire";
import { nameOf } from "./list-names.ts";

/** A finding as JSON; the path names fields as the JSON of a request does. */
export function fromFinding({ field, rule, level }: Finding) {
  return { field: jsonPath(field), rule, level: nameOf(FindingLevel, level) ?? "ADVICE" };
}

/** `firearm.serial_raw` → `firearm.serialRaw`. */
export function jsonPath(protoPath: string): string {
  return protoPath.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The type of {@link fromTraceRequest}. */
export type TraceRequestView = ReturnType<typeof fromTraceRequest>;

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

/** The type of {@link fromTraceReply}; it holds at most one of the three moves. */
export interface TraceReplyView {
  readonly languageTag: string;
  readonly sourceNote: string;
  readonly final?: ReturnType<typeof fromFinal>;
  readonly refusal?: { readonly ground: string | undefined; readonly explanation: string };
  readonly acknowledgement?: {
    readonly nationalReference: string;
    readonly expectedBy: string | undefined;
  };
}

/** A trace reply as JSON, in the form `POST /v1/traces/:caseId/reply` takes. */
export function fromTraceReply(reply: TraceReply): TraceReplyView {
  const source = { languageTag: reply.languageTag, sourceNote: reply.sourceNote };
  const { content } = reply;
  switch (content?.$case) {
    case "final":
      return { ...source, final: fromFinal(content.value) };
    case "refusal": {
      const { ground, explanation } = content.value;
      return { ...source, refusal: { ground: nameOf(RefusalGround, ground), explanation } };
    }
    case "acknowledgement": {
      const { nationalReference, expectedBy } = content.value;
      const acknowledgement = { nationalReference, expectedBy: textOf(expectedBy) };
      return { ...source, acknowledgement };
    }
    default:
      return source;
  }
}

function fromFinal({ outcome, custodyEvents, nextState, remarks, answers }: FinalReply) {
  return {
    outcome: nameOf(TraceOutcome, outcome),
    custodyEvents: custodyEvents.map(fromCustodyEvent),
    nextState: nextState || undefined,
    remarks,
    answers: answers.map(({ question, answer }) => ({
      question: nameOf(Question, question),
      answer,
    })),
  };
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

function textOf(timestamp: Timestamp | undefined): string | undefined {
  const ms = timestampMs(timestamp);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
