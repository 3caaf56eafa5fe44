import { stateName } from "#reference";
import { printable } from "#runtime";
import { replyLines, saidLines } from "./case-moves.ts";
import { requestLines } from "./case-request.ts";
import { type Row, rows } from "./case-rows.ts";
import { clockRemark, lookOf, moveRemark, nextSteps } from "./case-standing.ts";
import { subjectLines } from "./case-subject.ts";
import type { CaseEvent, CaseFile, FlaggedLine } from "./case-view.ts";
import { paint, type Screen, wrap } from "./screen.ts";
import { receiptSentence } from "./sent-message.ts";

/** Where and for whom a case is told. */
export interface TellOptions {
  readonly screen: Screen;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Options that say which focal point, for the commands that are proposed. */
  readonly access: string;
  /** Data folder, where the case was read from one. */
  readonly data?: string | undefined;
}

/**
 * Tells one case to a person: how it stands, about what, what happened, and what to do next
 * (TP-CLI-6).
 */
export function tellCase(told: CaseFile, options: TellOptions): string[] {
  const file = safe(told);
  const { screen } = options;
  const steps = nextSteps(file, { access: options.access, data: options.data });
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["Under a compromised key", flaggedLines(file.flagged ?? [], screen)],
    [headingOf(file), subjectLines(file.request, screen)],
    ["The request", requestLines(file.request, screen)],
    ["What happened (UTC)", timelineLines(file, screen)],
    ["Messages sent and their receipts", messageLines(file, screen)],
    ["What was said", saidLines(file.moves, file.replyMessageId, { screen, nameOf: sideOf(file) })],
    ["Letters", letterLines(file, screen)],
    ["The answer", answerLines(file, screen)],
    [
      "What you can do",
      steps.flatMap(({ command, text }) => [
        ...wrap(text, screen.width - 2).map((line) => `  ${line}`),
        // Whole on one line, to be copied.
        paint(screen, "quiet", `    ${command}`),
      ]),
    ],
  ];
  return [
    ...headLines(file, options),
    ...sections
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([heading, lines]) => ["", paint(screen, "heading", heading), ...lines]),
  ];
}

/** What is asked about, by its kind. */
function headingOf({ request }: CaseFile): string {
  switch (request.subjectKind) {
    case "AMMUNITION":
      return "The ammunition";
    case "PART_COMPONENT":
      return "The parts";
    default:
      return "The firearm";
  }
}

/** Name of the State on a side. */
function sideOf({ request }: CaseFile) {
  return (by: "requesting" | "requested"): string =>
    stateName(by === "requesting" ? request.requestingState : request.requestedState);
}

/** Every text of a value made safe for a terminal, however deep. */
function safe<T>(value: T): T {
  if (typeof value === "string") return printable(value) as T;
  if (Array.isArray(value)) return value.map(safe) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, safe(each)])) as T;
}

function headLines(file: CaseFile, { nowMs, screen }: TellOptions): string[] {
  const { caseId, nationalCaseNumber, outcome, refusal, request, role, state } = file;
  const [asker, asked] = [stateName(request.requestingState), stateName(request.requestedState)];
  const what = headingOf(file).replace("The firearm", "a firearm").replace("The", "the");
  const title = `${asker} asked ${asked} where ${what} came from`;
  const concluded = outcome !== undefined && outcome !== state ? `: ${outcome}` : "";
  const standing = `${state}${concluded}`;
  const move = moveRemark(file);
  const clock = clockRemark(file, nowMs);
  const own = role === "requesting" ? asker : asked;
  const lines: Row[] = [
    ["State", standing, lookOf(file)],
    ...(refusal === undefined
      ? []
      : [["Not taken", `${refusal.code} ${refusal.field}`.trim(), "bad"] satisfies Row]),
    ["Move", move.text, move.look],
    ["Clock", clock.text, clock.look],
    ["Number", nationalCaseNumber],
    ["Case", caseId],
    ["Seen by", `the focal point of ${own}`],
    ["Way", file.offExchange === true ? "by letter: not on the exchange" : undefined],
  ];
  return [
    ...wrap(title, screen.width).map((line) => paint(screen, "title", line)),
    ...rows(screen, lines),
  ];
}

/** Something that happened to a case, or a receipt that caused no event. */
export interface TimelineEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly text: string;
  /** State after it, where it changed. */
  readonly state?: string;
}

/**
 * What happened to a case, in the order of time, with who did it. A receipt is told with the event
 * it caused, or on a line of its own when it caused none.
 */
export function timeline({ events, messages }: CaseFile): TimelineEntry[] {
  const receipts = messages.flatMap((message) =>
    message.receipts.map((receipt) => ({ receipt, message })),
  );
  const told = new Set<object>();
  let standing: string | undefined;
  const entries = events.map((event): TimelineEntry => {
    const cause = receipts.find(
      ({ message, receipt }) =>
        message.messageId === event.messageId && receipt.receivedAt === event.at,
    );
    if (cause !== undefined) told.add(cause.receipt);
    const hasMoved = event.state !== standing;
    standing = event.state;
    const happened = `${event.event}${detailOf(event)}${doneBy(event)}`;
    const proof = cause && receiptSentence(cause.receipt, cause.message.logIndex);
    const text = proof === undefined ? happened : joined(happened, proof);
    return { at: event.at, text, ...(hasMoved ? { state: event.state } : {}) };
  });
  const others = receipts
    .filter(({ receipt }) => !told.has(receipt))
    .map(({ message, receipt }) => ({
      at: receipt.receivedAt,
      text: receiptSentence(receipt, message.logIndex),
    }));
  return [...entries, ...others].toSorted((left, right) => left.at.localeCompare(right.at));
}

/** "request accepted" and "accepted by the exchange" say accepted once. */
function joined(happened: string, proof: string): string {
  const [first = ""] = proof.split(/[ :]/u);
  return happened.endsWith(` ${first}`)
    ? `${happened}${proof.slice(first.length)}`
    : `${happened}: ${proof}`;
}

function detailOf({ detail, state }: CaseEvent): string {
  return detail === undefined || detail === state ? "" : ` (${detail})`;
}

function doneBy({ actor }: CaseEvent): string {
  if (actor === undefined || actor === "exchange") return "";
  return actor === "firearm-register" ? " by the firearm register" : ` by ${actor}`;
}

function timelineLines(file: CaseFile, screen: Screen): string[] {
  const dayLength = "2026-01-01".length;
  const timeFrom = dayLength + 1;
  const timeUntil = timeFrom + "12:00:00".length;
  const indent = " ".repeat("    12:00:00  ".length);
  const quiet = (text: string): string => paint(screen, "quiet", text);
  let day = "";
  return timeline(file).flatMap(({ at, state, text }) => {
    const isNewDay = !at.startsWith(day) || day === "";
    day = at.slice(0, dayLength);
    const width = screen.width - indent.length;
    const lines = wrap(text, width);
    const last = lines.at(-1) ?? "";
    const mark = state === undefined ? "" : `→ ${state}`;
    const hasRoom = mark !== "" && last.length + mark.length + 2 <= width;
    const shown = hasRoom ? [...lines.slice(0, -1), `${last}  ${quiet(mark)}`] : [...lines];
    if (mark !== "" && !hasRoom) shown.push(quiet(mark));
    const time = `    ${quiet(at.slice(timeFrom, timeUntil))}  `;
    return [
      ...(isNewDay ? [`  ${day}`] : []),
      ...shown.map((line, row) => `${row === 0 ? time : indent}${line}`),
    ];
  });
}

function messageLines({ messages }: CaseFile, screen: Screen): string[] {
  return messages.flatMap(({ attempts, logIndex, messageId, receipts, state }) => {
    const proof = logIndex === undefined ? "not logged yet" : `log entry ${logIndex}`;
    const tries = attempts > 1 ? `, sent ${attempts} times` : "";
    const indent = "    ";
    return [
      `  ${messageId}`,
      ...wrap(`${state}, ${proof}${tries}`, screen.width - indent.length).map(
        (line) => `${indent}${line}`,
      ),
      ...receipts.flatMap((receipt) =>
        wrap(
          `${receipt.type.toLowerCase()} receipt ${receipt.receiptId}, signed by ${receipt.by}` +
            (receipt.keyCompromised === true ? " under a key that was compromised by then" : ""),
          screen.width - indent.length,
        ).map((line) => paint(screen, "quiet", `${indent}${line}`)),
      ),
    ];
  });
}

/** What may be somebody else's, and what to do about it (TP-KEY-8). */
function flaggedLines(flagged: readonly FlaggedLine[], screen: Screen): string[] {
  if (flagged.length === 0) return [];
  const senders = [...new Set(flagged.map(({ sender }) => sender))].join(", ");
  const advice = `Others may have had the key by then. Ask ${senders} by another channel which of these are its own; nothing was taken away.`;
  return [
    ...wrap(advice, screen.width - 2).map((line) => paint(screen, "bad", `  ${line}`)),
    ...flagged.flatMap(({ compromisedSince, keyId, messageId, recordedAt }) => [
      `  ${messageId}`,
      ...wrap(
        `recorded ${recordedAt}; key ${keyId} compromised since ${compromisedSince}`,
        screen.width - 4,
      ).map((line) => paint(screen, "quiet", `    ${line}`)),
    ]),
  ];
}

function letterLines({ letters = [] }: CaseFile, screen: Screen): string[] {
  return letters.flatMap(({ by, channel, direction, language, note, on, reference }) => {
    const way = direction === "out" ? "sent" : "came";
    const written = language === undefined ? "" : `, in ${language}`;
    const more = note === undefined ? "" : `: ${note}`;
    const text = `${on}  ${way} by ${channel} as ${reference}${written}, noted by ${by}${more}`;
    return wrap(text, screen.width - 2).map((line) => `  ${line}`);
  });
}

function answerLines({ refusal, reply, role }: CaseFile, screen: Screen): string[] {
  if (reply === undefined) {
    const isLost = refusal !== undefined && role === "requesting";
    return [isLost ? "  None: the request was not taken." : "  None yet."];
  }
  return [...replyLines(reply, screen), ...rows(screen, [["Source", reply.sourceNote]])];
}
