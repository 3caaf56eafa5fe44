import { SERIAL_CHARS_MIN } from "../../identity-rules.ts";
import { lookAlikeKey } from "../../look-alike.ts";
import { normalizeMake, normalizeSerial } from "../../normalize.ts";
import { serialMatches } from "../../serial-match.ts";
import {
  type CheckQuestion,
  MATCH_BASES,
  type MatchBasis,
  type WantedMark,
} from "./check-question.ts";
import { consignmentText, isPartial, knownChars } from "./match-keys.ts";

/** A possible match: something to verify, never an order to detain (TP-CHECK-1). */
export interface PossibleMatch {
  readonly basis: MatchBasis;
  /** What is marked otherwise than the alert says: `make`, `model`. */
  readonly differs: readonly ("make" | "model")[];
}

/**
 * Whether a question may be about what an alert looks for, and what that rests on. A brand or
 * model that differs is told and hides nothing: makers, licensees and readers of marks differ
 * (TP-CHECK-2).
 */
export function matchMark(question: CheckQuestion, mark: WantedMark): PossibleMatch | undefined {
  const basis = basisOf(question, mark);
  if (basis === undefined) return undefined;
  const differs = (["make", "model"] as const).filter((name) => {
    const asked = question[name];
    const wanted = mark[name];
    if (asked === undefined || wanted === undefined) return false;
    return normalizeMake(asked) !== normalizeMake(wanted);
  });
  return { basis, differs };
}

function basisOf(question: CheckQuestion, mark: WantedMark): MatchBasis | undefined {
  const { consignmentKind, country, identity, text } = mark;
  if (identity === "consignment") {
    const asked = question.consignment;
    if (asked === undefined || consignmentKind !== asked.kind) return undefined;
    const wanted = consignmentText({
      kind: consignmentKind,
      value: text,
      ...(country === undefined ? {} : { country }),
    });
    const given = consignmentText(asked);
    return wanted === undefined || given === undefined ? undefined : sameText(given, wanted);
  }
  const asked = question[identity];
  if (asked === undefined) return undefined;
  if (identity === "company") {
    return normalizeMake(asked) === normalizeMake(text) ? "EXACT" : undefined;
  }
  return identity === "serial" ? sameSerial(asked, text) : sameText(asked, text);
}

function sameText(asked: string, wanted: string): MatchBasis | undefined {
  if (normalizeSerial(asked) === normalizeSerial(wanted)) return "EXACT";
  return lookAlikeKey(asked) === lookAlikeKey(wanted) ? "LOOK_ALIKE" : undefined;
}

function sameSerial(asked: string, wanted: string): MatchBasis | undefined {
  const [given, sought] = [lookAlikeKey(asked), lookAlikeKey(wanted)];
  // Of too few characters a number is not known, whoever wrote it.
  if (Math.min(knownChars(given), knownChars(sought)) < SERIAL_CHARS_MIN) return undefined;
  if (isPartial(sought)) return mayBe(sought, given) ? "PARTIAL" : undefined;
  if (isPartial(given)) return mayBe(given, sought) ? "PARTIAL" : undefined;
  return sameText(asked, wanted);
}

/** Of two numbers read in part only the same reading is told to be possible. */
function mayBe(pattern: string, candidate: string): boolean {
  return isPartial(candidate) ? pattern === candidate : serialMatches(pattern, candidate);
}

/** The surest first: by what it rests on, then by how much differs. */
export function compareMatches(one: PossibleMatch, other: PossibleMatch): number {
  const rank = MATCH_BASES.indexOf(one.basis) - MATCH_BASES.indexOf(other.basis);
  return rank === 0 ? one.differs.length - other.differs.length : rank;
}
