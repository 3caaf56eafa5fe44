import {
  CustodyEvent,
  CustodyEventKind,
  DatePrecision,
  EvidenceKind,
  FinalReply,
  MilitaryCivil,
  Question,
  QuestionAnswer,
  RefusalGround,
  RefusalNotice,
  TraceOutcome,
  TraceReply,
  type TraceRequest,
} from "#proto";
import { isSameCalibre, stateName } from "#reference";
import type { FirearmRecord, FirearmStatus, RegisterEvent } from "./register.ts";
import { inOrderOfTime } from "./register-standing.ts";

/** What a status of the register means as an answer. */
const OUTCOME_OF_STATUS: Readonly<Record<FirearmStatus, TraceOutcome>> = {
  held: TraceOutcome.LAST_LEGAL_HOLDER_IDENTIFIED,
  exported: TraceOutcome.EXPORTED_ONWARD,
  stolen: TraceOutcome.REPORTED_LOST_OR_STOLEN,
  destroyed: TraceOutcome.RECORDED_DESTROYED,
  deactivated: TraceOutcome.RECORDED_DEACTIVATED,
  manufactured: TraceOutcome.MANUFACTURE_CONFIRMED_ONLY,
};

const EVENT_OF_STATUS: Readonly<Record<FirearmStatus, CustodyEventKind>> = {
  held: CustodyEventKind.SOLD,
  exported: CustodyEventKind.EXPORTED,
  stolen: CustodyEventKind.STOLEN,
  destroyed: CustodyEventKind.DESTROYED,
  deactivated: CustodyEventKind.DEACTIVATED,
  manufactured: CustodyEventKind.MANUFACTURED,
};

/** Language of the free text in these answers. */
const ANSWER_LANGUAGE = "en";

/** What {@link answerFromRegister} may be told besides the records. */
export interface AnswerContext {
  /** Name of the register, told also where nothing was found. */
  readonly registerNote?: string;
}

/**
 * Answers a trace request from the records that match its make and normalized serial number
 * (TP-CASE-3).
 * None: NO_RECORD. Several that neither the exact serial number nor the calibre tells apart:
 * INSUFFICIENT_IDENTIFICATION. A restricted record: a refusal notice with its ground and no word
 * of what it holds. `today` (ISO 8601 date) is the day the register was looked into.
 */
export function answerFromRegister(
  request: TraceRequest,
  matches: readonly FirearmRecord[],
  today: string,
  context: AnswerContext = {},
): TraceReply {
  const [record, ...others] = tellApart(request, matches);
  const notes = [context.registerNote ?? "", ...new Set(matches.map((match) => sourceOf(match)))];
  const sourceNote = [...notes.filter((note) => note !== ""), `Consulted on ${today}.`].join(" ");
  const reply = (content: NonNullable<TraceReply["content"]>): TraceReply =>
    TraceReply.create({ content, languageTag: ANSWER_LANGUAGE, sourceNote });
  if (record === undefined) {
    const remarks = "No record of a firearm with this make and serial number.";
    return reply(final(request, TraceOutcome.NO_RECORD, remarks));
  }
  if (others.length > 0) {
    const remarks =
      `${others.length + 1} records match this make and serial number; the request does not tell ` +
      "them apart. Model, type, import mark or photographs would.";
    return reply(final(request, TraceOutcome.INSUFFICIENT_IDENTIFICATION, remarks));
  }
  if (record.restriction !== undefined) {
    const ground = RefusalGround[record.restriction];
    const explanation = "A record exists; what it says may not be told on this ground.";
    return reply({ $case: "refusal", value: RefusalNotice.create({ ground, explanation }) });
  }
  return reply(fromRecord(request, record));
}

/**
 * Records the request may mean: those with the exact serial number if there are any, and of them
 * those with its calibre if there are any.
 */
function tellApart(
  request: TraceRequest,
  matches: readonly FirearmRecord[],
): readonly FirearmRecord[] {
  const { firearm } = request;
  if (firearm === undefined) return matches;
  const narrow = (
    records: readonly FirearmRecord[],
    agrees: (record: FirearmRecord) => boolean,
  ): readonly FirearmRecord[] => {
    const agreeing = records.filter(agrees);
    return agreeing.length > 0 ? agreeing : records;
  };
  const exact = narrow(matches, (record) => record.serialRaw === firearm.serialRaw);
  return narrow(exact, ({ calibre }) => {
    return calibre !== undefined && isSameCalibre(calibre, firearm.calibre);
  });
}

function sourceOf(record: FirearmRecord): string {
  return record.madeUp ? `Made up: ${record.sourceNote}` : record.sourceNote;
}

/** A final reply that tells nothing of a single record. */
function final(
  request: TraceRequest,
  outcome: TraceOutcome,
  remarks: string,
): { $case: "final"; value: FinalReply } {
  const answers = request.questionsAsked.map((question) =>
    QuestionAnswer.create({ question, answer: remarks }),
  );
  return { $case: "final", value: FinalReply.create({ outcome, remarks, answers }) };
}

function fromRecord(
  request: TraceRequest,
  record: FirearmRecord,
): { $case: "final"; value: FinalReply } {
  const outcome = OUTCOME_OF_STATUS[record.status];
  const sentence = sentenceOf(record);
  const answers = request.questionsAsked.map((question) =>
    QuestionAnswer.create({ question, answer: answerTo(question, record, sentence) }),
  );
  const value = FinalReply.create({
    outcome,
    custodyEvents: custodyOf(request, record),
    nextState: record.status === "exported" ? (record.exportedTo ?? "") : "",
    remarks: sentence,
    answers,
    recordHolder: MilitaryCivil[record.recordHolder ?? "UNSPECIFIED"],
  });
  return { $case: "final", value };
}

/** What the record says, as one sentence. */
function sentenceOf(record: FirearmRecord): string {
  const when = record.eventDate === undefined ? "" : ` ${whenOf(record.eventDate)}`;
  const holder = record.holder ?? "a holder who is not named";
  switch (record.status) {
    case "held":
      return `Last legally held by ${holder}, acquired${when || " on an unknown date"}.`;
    case "exported": {
      const to = record.exportedTo === undefined ? "another State" : stateName(record.exportedTo);
      return `Lawfully exported to ${to}${when}; please ask there.`;
    }
    case "stolen":
      return `Reported lost or stolen from ${holder}${when}.`;
    case "destroyed":
      return `Recorded as destroyed${when}.`;
    case "deactivated":
      return `Recorded as deactivated${when}.`;
    case "manufactured":
      return `Made in this State${when}; no sale is on record.`;
    default:
      return record.status satisfies never;
  }
}

/** A register may know the year or month only (ISO 8601 with reduced precision). */
function whenOf(date: string): string {
  return /^\d{4}-\d{2}-\d{2}$/u.test(date) ? `on ${date}` : `in ${date}`;
}

function answerTo(question: Question, record: FirearmRecord, sentence: string): string {
  switch (question) {
    case Question.MANUFACTURE_CONFIRM:
      return "The make and serial number are in our records.";
    case Question.LOST_STOLEN_STATUS:
      return record.status === "stolen" ? sentence : "Not reported lost or stolen.";
    case Question.EXPORT_DETAILS:
    case Question.ONWARD_TRANSFERS:
      return record.status === "exported" ? sentence : "No export is on record.";
    default:
      return sentence;
  }
}

/** Every event on record in the order of time; of a register of last states, the last one. */
function custodyOf(request: TraceRequest, record: FirearmRecord): CustodyEvent[] {
  const events = inOrderOfTime(record.events ?? []);
  if (events.length > 0) return events.map(custodyEventOf);
  const leaves = record.status === "exported";
  const gains = record.status === "held";
  const event = CustodyEvent.create({
    kind: EVENT_OF_STATUS[record.status],
    date: record.eventDate ?? "",
    fromParty: gains ? "" : (record.holder ?? ""),
    fromState: gains ? "" : request.requestedState,
    toParty: gains ? (record.holder ?? "") : "",
    toState: leaves ? (record.exportedTo ?? "") : gains ? request.requestedState : "",
  });
  return [event];
}

function custodyEventOf(event: RegisterEvent): CustodyEvent {
  const { date = "", evidence = "UNSPECIFIED", kind } = event;
  return CustodyEvent.create({
    kind: CustodyEventKind[kind],
    date,
    datePrecision: PRECISIONS[date === "" ? 0 : date.split("-").length] ?? PRECISIONS[0],
    fromParty: event.fromParty ?? "",
    fromState: event.fromState ?? "",
    toParty: event.toParty ?? "",
    toState: event.toState ?? "",
    authorizationRef: event.authorizationRef ?? "",
    evidenceKind: EvidenceKind[evidence],
  });
}

/** By how many parts of a date are known. */
const PRECISIONS = [
  DatePrecision.UNSPECIFIED,
  DatePrecision.YEAR,
  DatePrecision.MONTH,
  DatePrecision.DAY,
] as const;
