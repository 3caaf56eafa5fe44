import { CASEWORK_LIMITS, CHECK_LIMITS } from "#runtime";
import { checkConsignment } from "../../consignment/check-consignment.ts";
import type { ConsignmentText } from "../../consignment/consignment-kinds.ts";
import { SERIAL_CHARS_MIN } from "../../identity-rules.ts";
import { lookAlikeKey } from "../../look-alike.ts";
import { normalizeMake } from "../../normalize.ts";
import {
  type CheckQuestion,
  IDENTITIES,
  type QuestionProblem,
  type WantedMark,
} from "./check-question.ts";

/**
 * Keys under which a question meets what is looked for: whoever keeps alerts finds candidates by
 * equality of keys alone, and {@link matchMark} decides (TP-CHECK-2). Every key is folded, so that
 * look-alikes meet; what is found under none of a question's keys cannot match it.
 */

/** Most characters of the inside of a number that a key holds. */
const RUN_CHARS = 3;
/**
 * Characters of the beginning and of the end that keys hold, the longest first: a question is
 * looked up by the longest that it knows, so that it meets few that it cannot be.
 */
const END_CHARS = [7, 5, 3] as const;
const UNKNOWN = /[?*]/;

/** Whether a number was read in part. */
export function isPartial(folded: string): boolean {
  return UNKNOWN.test(folded);
}

/** How many characters of a number could be read. */
export function knownChars(folded: string): number {
  return [...folded.replaceAll(/[?*]/g, "")].length;
}

/** A consignment identifier for comparing, whether or not its check digit holds. */
export function consignmentText(given: ConsignmentText): string | undefined {
  const checked = checkConsignment(given);
  if (checked.valid) return checked.identifies ? checked.key : undefined;
  // A wrong check digit may be painted on the container that is looked for.
  return checked.problem.rule === "checkDigit" ? given.value : undefined;
}

function consignmentKey(given: ConsignmentText): string[] {
  const text = consignmentText(given);
  return text === undefined ? [] : [`c=${given.kind}:${lookAlikeKey(text)}`];
}

/** Keys of something an alert looks for. */
export function keysOfMark(mark: WantedMark): string[] {
  const { consignmentKind, country, identity, text } = mark;
  switch (identity) {
    case "serial":
      return keysOfSerial(lookAlikeKey(text));
    case "lot":
      return [`t=${lookAlikeKey(text)}`];
    case "document":
      return [`d=${lookAlikeKey(text)}`];
    case "company":
      return [`n=${normalizeMake(text)}`];
    case "consignment":
      if (consignmentKind === undefined) return [];
      return consignmentKey({
        kind: consignmentKind,
        value: text,
        ...(country === undefined ? {} : { country }),
      });
    default:
      return identity satisfies never;
  }
}

function keysOfSerial(folded: string): string[] {
  if (!isPartial(folded)) {
    const signs = [...folded];
    const known = END_CHARS.filter((chars) => chars <= signs.length);
    const ends = known.flatMap((chars) => [
      `b=${signs.slice(0, chars).join("")}`,
      `e=${signs.slice(-chars).join("")}`,
    ]);
    return [`l=${folded}`, ...ends];
  }
  // The longest run of known characters, cut to what keys hold, is in every number it may be.
  const runs = folded.split(/[?*]+/).map((run) => [...run].slice(0, RUN_CHARS).join(""));
  const anchor = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  return [`l=${folded}`, ...(anchor === "" ? [] : [`p=${anchor}`])];
}

/** Keys of a question, or why it cannot be looked up. */
export type QuestionKeys =
  | { readonly ok: true; readonly keys: readonly string[] }
  | { readonly ok: false; readonly problem: QuestionProblem };

function cannot(field: string, rule: string, wayOut: string): QuestionKeys {
  return { ok: false, problem: { field, rule, wayOut } };
}

/** Keys a question is looked up by (TP-CHECK-3). */
export function keysOfQuestion(question: CheckQuestion): QuestionKeys {
  const given = IDENTITIES.filter((name) => question[name] !== undefined);
  const [identity] = given;
  if (identity === undefined || given.length > 1) {
    const wayOut = `Give exactly one of: ${IDENTITIES.join(", ")}.`;
    return cannot(given[1] ?? "serial", "exactlyOne", wayOut);
  }
  const text = question.consignment?.value ?? question[identity as "serial"] ?? "";
  if (text.length > CASEWORK_LIMITS.markingCharsMax) {
    return cannot(identity, "tooLong", "Give what is marked and nothing else.");
  }
  if (question.consignment !== undefined) return keysOfConsignment(question.consignment);
  const folded = identity === "company" ? normalizeMake(text) : lookAlikeKey(text);
  const known = knownChars(folded);
  const charsMin = identity === "serial" ? SERIAL_CHARS_MIN : CHECK_LIMITS.textCharsMin;
  if (known < charsMin) {
    return cannot(identity, "tooVague", `Give ${charsMin} readable characters or more.`);
  }
  switch (identity) {
    case "serial":
      return isPartial(folded) ? keysOfPartial(folded) : { ok: true, keys: keysOfWhole(folded) };
    case "lot":
      return { ok: true, keys: [`t=${folded}`] };
    case "document":
      return { ok: true, keys: [`d=${folded}`] };
    default:
      return { ok: true, keys: [`n=${folded}`] };
  }
}

function keysOfConsignment(consignment: ConsignmentText): QuestionKeys {
  const keys = consignmentKey(consignment);
  if (keys.length > 0) return { ok: true, keys };
  const checked = checkConsignment(consignment);
  if (!checked.valid) {
    const { field, rule, wayOut } = checked.problem;
    return cannot(`consignment.${field}`, rule, wayOut);
  }
  const wayOut = "Give a number of the consignment: a heading names a kind of goods.";
  return cannot("consignment.kind", "identifiesNothing", wayOut);
}

/** A whole number meets its equal, and every number read in part that it may be. */
function keysOfWhole(folded: string): string[] {
  const signs = [...folded];
  const runs = new Set<string>();
  for (let from = 0; from < signs.length; from += 1) {
    for (let chars = 1; chars <= RUN_CHARS && from + chars <= signs.length; chars += 1) {
      runs.add(signs.slice(from, from + chars).join(""));
    }
  }
  return [`l=${folded}`, ...[...runs].map((run) => `p=${run}`)];
}

/** A number read in part is looked up by its beginning or its end, whichever is known longer. */
function keysOfPartial(folded: string): QuestionKeys {
  const [beginning = "", ...others] = folded.split(/[?*]+/);
  const [first, last] = [[...beginning], [...(others.at(-1) ?? "")]];
  const longest = Math.max(first.length, last.length);
  const chars = END_CHARS.find((each) => each <= longest);
  if (chars === undefined) {
    const wayOut = "Give the first three or the last three characters, and ? for what is unread.";
    return cannot("serial", "tooVague", wayOut);
  }
  const end =
    first.length === longest
      ? `b=${first.slice(0, chars).join("")}`
      : `e=${last.slice(-chars).join("")}`;
  return { ok: true, keys: [`l=${folded}`, end] };
}
