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
  const concluded = file.outcome !== null && file.outcome !== file.state;
  const outcome = concluded ? `, ${file.outcome}` : "";
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

/**
 * What happened to a case, in the order of time. A receipt is told with the event it caused, or on
 * a line of its own when it caused none.
 */
export function timeline(file: CaseFile): TimelineEntry[] {
  const receipts = file.messages.flatMap((message) =>
    message.receipts.map((receipt) => ({ ...receipt, message })),
  );
  const told = new Set<(typeof receipts)[number]>();
  const events = file.events.map(({ detail, event, messageId, nowMs, state }) => {
    const receipt = receipts.find((each) => {
      return each.message.messageId === messageId && each.receivedAtMs === nowMs;
    });
    if (receipt !== undefined) told.add(receipt);
    const why = detail === "" ? "" : ` (${detail})`;
    const proof = receipt === undefined ? "" : `, ${tellReceipt(receipt)}`;
    return { at: nowMs, text: `${event}${why}${proof}: ${state}` };
  });
  const others = receipts
    .filter((receipt) => !told.has(receipt))
    .map((receipt) => ({ at: receipt.receivedAtMs, text: tellReceipt(receipt) }));
  return [...events, ...others].toSorted((left, right) => left.at - right.at);
}

type ReceiptOfMessage = MessageReceipts["receipts"][number] & { readonly message: MessageReceipts };

function tellReceipt({ code, message, receiptId, sender, type }: ReceiptOfMessage): string {
  const kind = nameOf(ReceiptType, type).toLowerCase();
  const logged = type === ReceiptType.ACCEPTED && message.logIndex !== null;
  const entry = logged ? `, log entry ${message.logIndex}` : "";
  const why = code === null ? "" : ` (${code})`;
  return `receipt ${kind}${why} of ${sender} ${receiptId}${entry}`;
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
