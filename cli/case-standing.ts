import { replyClock, TARGET_DAYS, type TraceState, turnOf } from "#casework";
import { stateName } from "#reference";
import { calendarDateOf } from "#runtime";
import type { CaseFile } from "./case-view.ts";
import { LETTER_WORDS } from "./letter-options.ts";
import type { Look } from "./screen.ts";

/** A sentence and what it is for the reader. */
export interface Remark {
  readonly text: string;
  readonly look: Look;
}

const ENDED_WELL: readonly TraceState[] = ["ANSWERED", "CLOSED"];

/** What a state is for the reader. */
export function lookOf({ refusal, state }: CaseFile): Look {
  if (refusal !== undefined || state === "REFUSED" || state === "REJECTED_BY_GATEWAY") return "bad";
  if (turnOf(state) !== "nobody") return "waiting";
  return ENDED_WELL.includes(state) ? "good" : "quiet";
}

/** Whose move it is. */
export function moveRemark(file: CaseFile): Remark {
  const { request, role, state } = file;
  if (file.refusal?.code === "RECIPIENT_REMOVED") {
    const text = "yours: whom you wrote to was removed from the exchange; find out whom to ask now";
    return { text, look: "bad" };
  }
  if (file.refusal !== undefined) {
    return { text: "yours: a message was not taken and must be corrected", look: "bad" };
  }
  if (file.needs === "dispatch") {
    return { text: "yours: print the letter, send it, and note how it left", look: "waiting" };
  }
  const owner = turnOf(state);
  if (owner === "nobody") return { text: "none is asked of anybody", look: "quiet" };
  if (owner === "exchange") return { text: "the exchange's, to deliver it", look: "waiting" };
  const who = stateName(owner === "requesting" ? request.requestingState : request.requestedState);
  return { text: owner === role ? `yours (${who})` : `${who}'s`, look: "waiting" };
}

/** Where the clock of the requested State stands (domain notes 2.5). */
export function clockRemark(file: CaseFile, nowMs: number): Remark {
  const changes = file.events.map(({ at, state }) => ({ state, atMs: Date.parse(at) }));
  const opened = Date.parse(file.openedAt);
  const ended = file.events.find(({ state }) => state === "ANSWERED" || state === "REFUSED");
  if (ended !== undefined) {
    const verb = ended.state === "ANSWERED" ? "answered" : "refused";
    return { text: `${verb} after ${spanOf(Date.parse(ended.at) - opened)}`, look: "quiet" };
  }
  const { acknowledgeBy, answerBy } = file;
  // The service reckons with targets and calendars.
  if (answerBy !== undefined) return dueRemark({ acknowledgeBy, answerBy }, nowMs);
  const usual = replyClock(changes, TARGET_DAYS.ROUTINE).dueAtMs;
  const wished = file.request.respondBy;
  const dueMs = wished === undefined ? usual : Date.parse(wished);
  if (dueMs === undefined)
    return { text: "it begins when the request is delivered", look: "quiet" };
  if (turnOf(file.state) === "nobody") return { text: "stopped", look: "quiet" };
  const by = wished === undefined ? `usual time of ${TARGET_DAYS.ROUTINE} days` : "asked for";
  const day = calendarDateOf(dueMs);
  const isLate = nowMs > dueMs;
  const distance = spanOf(Math.abs(dueMs - nowMs));
  const text = `answer due ${day} (${by}), ${isLate ? `overdue by ${distance}` : `in ${distance}`}`;
  return { text, look: isLate ? "bad" : "waiting" };
}

function dueRemark(
  due: { readonly acknowledgeBy: string | undefined; readonly answerBy: string },
  nowMs: number,
): Remark {
  const told = (what: string, at: string): string => {
    const distance = spanOf(Math.abs(Date.parse(at) - nowMs));
    const isLate = nowMs > Date.parse(at);
    return `${what} due ${at.slice(0, 16)}Z, ${isLate ? `overdue by ${distance}` : `in ${distance}`}`;
  };
  const { acknowledgeBy, answerBy } = due;
  const owed = acknowledgeBy === undefined ? [] : [told("acknowledgement", acknowledgeBy)];
  const isLate = nowMs > Math.min(Date.parse(answerBy), Date.parse(acknowledgeBy ?? answerBy));
  return {
    text: [...owed, told("answer", answerBy)].join("; "),
    look: isLate ? "bad" : "waiting",
  };
}

const SPANS = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1_000, "second"],
] as const;

/** A time in its largest whole unit. */
function spanOf(ms: number): string {
  const [size, unit] = SPANS.find(([each]) => ms >= each) ?? [1_000, "second"];
  const count = Math.floor(ms / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** Something a person can do now, and the command for it. */
export interface NextStep {
  readonly text: string;
  readonly command: string;
}

/** Moves of the requested State: what they are for, and how they are made. */
const REPLY_STEPS = [
  ["ACKNOWLEDGEMENT", "Say that it is worked on", "--acknowledge REFERENCE"],
  ["FINAL", "Answer it", "ANSWER.yaml"],
  ["REQUEST_FOR_INFORMATION", "Ask for what is lacking", "--ask QUESTION"],
  ["INTERIM", "Tell what is known so far", "--interim TEXT"],
  ["REFERRAL", "Say which State to ask", "--refer STATE"],
  ["DELAY", "Answer later", "--delay GROUND --review-on DATE --explanation TEXT"],
  ["REFUSAL", "Refuse it", "--refuse GROUND --explanation TEXT"],
  ["CLARIFICATION", "Give the reasons", "--maintain --explanation TEXT"],
  ["CORRECTION", "Correct the answer", "CORRECTION.yaml"],
] as const;

/** Moves of the requesting State, likewise. */
const FOLLOW_UP_STEPS = [
  ["SUPPLEMENTARY_INFORMATION", "Give what was asked for", "--inform TEXT"],
  ["CLARIFICATION_REQUEST", "Ask for the reasons", "--ask-why QUESTION"],
  ["OUTCOME_FEEDBACK", "Say whether the answer helped", "--feedback USEFULNESS"],
  ["CASE_CLOSED", "Close the case", "--close REASON"],
  ["CASE_REOPENED", "Reopen it on new facts", "--reopen FACTS"],
  ["REMINDER", "Remind the other State", "--remind"],
  ["WITHDRAWAL", "Take the request back", "--withdraw REASON"],
] as const;

/** What can be done next with a case; `access` are the options that say which focal point. */
export function nextSteps(
  file: CaseFile,
  { access, data }: { readonly access: string; readonly data: string | undefined },
): NextStep[] {
  const { caseId, role, state } = file;
  const id = shortId(caseId);
  const steps: NextStep[] = [];
  for (const [move, text, words] of role === "requested" ? REPLY_STEPS : FOLLOW_UP_STEPS) {
    if (!file.next.own.includes(move)) continue;
    const verb = role === "requested" ? "reply" : "follow-up";
    const isSent = file.offExchange === true && move !== "CASE_CLOSED";
    const way = isSent ? ` ${LETTER_WORDS}` : "";
    steps.push({ text, command: `tracepost trace ${verb} ${id} ${words}${way} ${access}` });
  }
  if (file.offExchange === true) steps.push(...letterSteps(file, access));
  if (role === "requesting" && state === "REJECTED_BY_GATEWAY") {
    const isGone = file.refusal?.code === "RECIPIENT_REMOVED";
    const verb = isGone ? "ask-whom" : "check";
    const text = isGone
      ? "Find out whom to ask now, and send it as a new case"
      : "Correct the request, check it, and send it as a new case";
    steps.push({ text, command: `tracepost trace ${verb} REQUEST.yaml ${access}` });
  }
  if (turnOf(state) !== "nobody" && steps.length === 0) {
    const command = `tracepost trace show ${id} ${access}`;
    steps.push({ text: "Look again later", command });
  }
  if (data !== undefined && file.messages.some(({ logIndex }) => logIndex !== undefined)) {
    const command = `tracepost log verify --data ${data}`;
    steps.push({ text: "Check the log that proves what was carried", command });
  }
  return steps;
}

/** What is done by hand with a State off the exchange. */
function letterSteps({ caseId, next, state }: CaseFile, access: string): NextStep[] {
  const id = shortId(caseId);
  const print = `tracepost trace letter ${id} --out LETTER.pdf ${access}`;
  if (state === "DRAFT") {
    return [
      { text: "Print its letter", command: print },
      {
        text: "Note how it left",
        command: `tracepost trace dispatched ${id} ${LETTER_WORDS} ${access}`,
      },
    ];
  }
  if (next.other.length === 0) return [];
  const command = `tracepost trace enter ${id} ANSWER.yaml ${LETTER_WORDS} ${access}`;
  return [{ text: "Enter the answer when it comes", command }];
}

/** As much of an id as a person types: UUIDv7 differ within a millisecond after the time only. */
function shortId(caseId: string): string {
  return caseId.slice(0, "019b0f6e-2b6c-7d9e-8f01".length);
}
