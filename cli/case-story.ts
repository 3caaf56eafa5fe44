import { outcomeName } from "#casework";
import type { MessageReceipts } from "#post";
import {
  type Finding,
  FindingLevel,
  type Firearm,
  FirearmType,
  Question,
  ReceiptType,
  RecoveryMethod,
  RefusalGround,
  SerialStatus,
  type TraceReply,
  type TraceRequest,
} from "#proto";
import { stateName } from "#reference";
import { printable } from "#runtime";
import type { CaseFile } from "./case-source.ts";

/** Tells one case to a person: who asked whom, about what, what happened, and the answer. */
export function tellCase(file: CaseFile, participant: string): string[] {
  const { request } = file;
  const [asker, asked] = [stateName(request.requestingState), stateName(request.requestedState)];
  const outcome = file.outcome === null ? "" : `, ${file.outcome}`;
  return [
    `${asker} asked ${asked} where a firearm came from: ${file.state}${outcome}`,
    `  case ${file.caseId}, national case number ${request.nationalCaseNumber}`,
    `  as the focal point ${participant} knows it`,
    "",
    "The firearm",
    ...describeFirearm(request),
    "",
    "The request",
    ...describeRequest(request),
    "",
    "What happened (UTC)",
    ...timeline(file).map(({ at, text }) => `  ${timeOf(at)}  ${text}`),
    "",
    "The answer",
    ...describeAnswer(file),
  ].map(printable);
}

function describeFirearm({ firearm, recovery }: TraceRequest): string[] {
  if (firearm === undefined) return ["  not described"];
  const { calibre, make, model } = firearm;
  const lines = [
    `  ${make}, model ${model}, calibre ${calibre}, type ${nameOf(FirearmType, firearm.type)}`,
    `  serial number ${serialOf(firearm)}, made in ${stateName(firearm.countryOfManufacture)}`,
  ];
  if (recovery !== undefined) {
    const method = nameOf(RecoveryMethod, recovery.method).toLowerCase();
    lines.push(`  ${method} in ${stateName(recovery.country)} on ${recovery.date}`);
  }
  return lines;
}

function serialOf({ serialRaw, serialStatus }: Firearm): string {
  const status = nameOf(SerialStatus, serialStatus).toLowerCase().replaceAll("_", " ");
  return serialRaw === "" ? `(${status})` : `${serialRaw} (${status})`;
}

function describeRequest(request: TraceRequest): string[] {
  const questions = request.questionsAsked.map((question) => nameOf(Question, question));
  const lines = [
    `  asks for ${questions.join(", ")}`,
    `  because: ${request.legalJustification}`,
    ...request.findings.map((finding) => `  ${tellFinding(finding)}`),
  ];
  if (request.suppliedFields.length > 0) {
    lines.push(
      `  filled in by somebody else than the officer: ${request.suppliedFields.join(", ")}`,
    );
  }
  return lines;
}

function tellFinding({ field, level, rule }: Finding): string {
  return `${nameOf(FindingLevel, level).toLowerCase()}: ${field} ${rule}`;
}

/** Something that happened to a case. */
export interface TimelineEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** Events of a case and receipts of its messages, in the order of time. */
export function timeline(file: CaseFile): TimelineEntry[] {
  const events = file.events.map(({ detail, event, nowMs, state }) => ({
    at: nowMs,
    text: `${event}${detail === "" ? "" : ` (${detail})`}: ${state}`,
  }));
  const receipts = file.messages.flatMap((message) => receiptEntries(message));
  return [...events, ...receipts].toSorted((left, right) => left.at - right.at);
}

function receiptEntries(message: MessageReceipts): TimelineEntry[] {
  return message.receipts.map(({ code, receivedAtMs, sender, type }) => {
    const kind = nameOf(ReceiptType, type).toLowerCase();
    const accepted = type === ReceiptType.ACCEPTED && message.logIndex !== null;
    const entry = accepted ? `, log entry ${message.logIndex}` : "";
    const why = code === null ? "" : ` (${code})`;
    const of = `of message ${message.messageId}`;
    return { at: receivedAtMs, text: `receipt ${kind}${why} from ${sender} ${of}${entry}` };
  });
}

function describeAnswer(file: CaseFile): string[] {
  const { refusalCode, reply } = file;
  if (reply === undefined) {
    return [
      refusalCode === null ? "  none yet" : `  none: the request was refused, ${refusalCode}`,
    ];
  }
  return [...contentOf(reply), `  source: ${reply.sourceNote}`];
}

function contentOf({ content }: TraceReply): string[] {
  switch (content?.$case) {
    case "final": {
      const { answers, nextState, remarks } = content.value;
      return [
        `  ${outcomeName(content.value) ?? "no outcome"}: ${remarks}`,
        ...(nextState === "" ? [] : [`  the trail leads to ${stateName(nextState)}`]),
        ...answers.map(({ answer, question }) => `  ${nameOf(Question, question)}: ${answer}`),
      ];
    }
    case "refusal": {
      const { explanation, ground } = content.value;
      return [`  refused, ${nameOf(RefusalGround, ground)}: ${explanation}`];
    }
    case "acknowledgement":
      return [`  acknowledged as ${content.value.nationalReference}; the answer is to come`];
    case undefined:
      return ["  empty"];
    default:
      return content satisfies never;
  }
}

/** Name of a value of a closed list; the number for one of a later version. */
function nameOf(list: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(list).find(([, each]) => each === value)?.[0] ?? `value ${value}`;
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().replace("T", " ").replace("Z", "");
}
