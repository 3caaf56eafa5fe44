import { serialMatches } from "../serial-match.ts";
import { isOftenMisread } from "./misread.ts";
import { PART_CHARS_MIN } from "./neighbours.ts";
import { partialSerialOf } from "./partial-serial.ts";
import { type SerialKeys, serialKeysOf } from "./serial-keys.ts";

/** How a serial number of a register stands to the one asked for, the likeliest first. */
export const SERIAL_RELATIONS = [
  "EXACT",
  "SAME_CHARACTERS",
  "LOOK_ALIKE",
  "PARTIAL",
  "PARTIAL_LOOK_ALIKE",
  "LEADING_ZEROS",
  "TRANSPOSED",
  "MISSING_CHARACTER",
  "EXTRA_CHARACTER",
  "MISREAD_CHARACTER",
  "CUT_SHORT",
  "OVERLONG",
] as const;

/** One of {@link SERIAL_RELATIONS}. */
export type SerialRelation = (typeof SERIAL_RELATIONS)[number];

/** What was found, how likely it makes the candidate (0 to 100), and why, as a sentence. */
export interface RelatedSerial {
  readonly relation: SerialRelation;
  readonly score: number;
  readonly reason: string;
}

/** Scores of relations that hold for the normalized keys of a serial number of usual length. */
const SCORES: Readonly<Record<SerialRelation, number>> = {
  EXACT: 100,
  SAME_CHARACTERS: 98,
  LOOK_ALIKE: 95,
  PARTIAL: 60,
  PARTIAL_LOOK_ALIKE: 55,
  LEADING_ZEROS: 90,
  TRANSPOSED: 82,
  MISSING_CHARACTER: 74,
  EXTRA_CHARACTER: 74,
  MISREAD_CHARACTER: 68,
  CUT_SHORT: 40,
  OVERLONG: 40,
};
/** Each character that is read as another takes this. */
const ALIKE_COST = 2;
const ALIKE_COST_MAX = 10;
/** A pair that is often misread is likelier than any other. */
const OFTEN_MISREAD_BONUS = 8;
/** A slip in a short serial number may as well be another firearm: for each character below. */
const SHORT_CHARS = 7;
const SHORT_COST = 6;
/** What a part of a serial number can gain, by how much of it is there. */
const PART_GAIN = 30;

/**
 * Compares what was read with what a register has (TP-FIRE-4); undefined when they are not related.
 * The strongest relation counts; `wanted` may have unknown characters.
 */
export function relateSerials(wanted: SerialKeys, raw: string): RelatedSerial | undefined {
  const found = serialKeysOf(raw);
  if (wanted.lookAlike === "" || found.lookAlike === "") return undefined;
  const partial = partialSerialOf(wanted.raw);
  if (partial !== undefined) return relatePartial(partial.pattern, partial.lookAlike, found);
  if (wanted.raw === found.raw) return say("EXACT", SCORES.EXACT, "the same to the letter");
  if (wanted.normalized === found.normalized) {
    return say("SAME_CHARACTERS", SCORES.SAME_CHARACTERS, "differs in case, spaces or signs only");
  }
  const alike = differences(wanted.normalized, found.normalized);
  if (wanted.lookAlike === found.lookAlike) {
    const cost = Math.min(alike.length * ALIKE_COST, ALIKE_COST_MAX);
    return say("LOOK_ALIKE", SCORES.LOOK_ALIKE - cost, `reads alike: ${told(alike)}`);
  }
  return slipOf(wanted, found) ?? partOf(wanted, found);
}

function say(relation: SerialRelation, score: number, reason: string): RelatedSerial {
  return { relation, score: Math.max(0, Math.round(score)), reason };
}

function relatePartial(
  pattern: string,
  lookAlike: string,
  found: SerialKeys,
): RelatedSerial | undefined {
  const chars = [...found.normalized].length;
  const known = [...pattern.replaceAll(/[?*]/gu, "")].length;
  const gain = (PART_GAIN * known) / Math.max(chars, known);
  const what = `${known} of ${chars} characters are known and fit`;
  if (serialMatches(pattern, found.normalized)) {
    return say("PARTIAL", SCORES.PARTIAL + gain, what);
  }
  if (!serialMatches(lookAlike, found.lookAlike)) return undefined;
  return say("PARTIAL_LOOK_ALIKE", SCORES.PARTIAL_LOOK_ALIKE + gain, `${what} when read alike`);
}

/** One slip between the look-alike keys; a difference that is only alike costs on top. */
function slipOf(wanted: SerialKeys, found: SerialKeys): RelatedSerial | undefined {
  const [one, other] = [[...wanted.lookAlike], [...found.lookAlike]];
  const shortage = Math.max(0, SHORT_CHARS - Math.min(one.length, other.length));
  const isAlsoAlike = !hasOneSlip([...wanted.normalized], [...found.normalized]);
  const cost = shortage * SHORT_COST + (isAlsoAlike ? ALIKE_COST * 2 : 0);
  const slip = (relation: SerialRelation, reason: string, bonus = 0): RelatedSerial =>
    say(relation, SCORES[relation] + bonus - cost, reason);
  if (bare(wanted.lookAlike) === bare(found.lookAlike)) {
    return slip("LEADING_ZEROS", "differs in leading zeros only");
  }
  const place = firstDifference(one, other);
  const [here, there] = [one[place] ?? "", other[place] ?? ""];
  if (one.length === other.length) {
    const isSwapped = here === other[place + 1] && there === one[place + 1];
    if (isSwapped && restIsSame(one, other, place + 2, place + 2)) {
      return slip("TRANSPOSED", `characters ${place + 1} and ${place + 2} have changed places`);
    }
    if (!restIsSame(one, other, place + 1, place + 1)) return undefined;
    const bonus = isOftenMisread(here, there) ? OFTEN_MISREAD_BONUS : 0;
    return slip("MISREAD_CHARACTER", `character ${place + 1}: ${here} for ${there}`, bonus);
  }
  if (one.length + 1 === other.length && restIsSame(one, other, place, place + 1)) {
    return slip("MISSING_CHARACTER", `lacks ${there}, character ${place + 1} of the register's`);
  }
  if (one.length === other.length + 1 && restIsSame(one, other, place + 1, place)) {
    return slip("EXTRA_CHARACTER", `has ${here}, character ${place + 1}, too many`);
  }
  return undefined;
}

function hasOneSlip(one: readonly string[], other: readonly string[]): boolean {
  const place = firstDifference(one, other);
  const isSwapped = one[place] === other[place + 1] && other[place] === one[place + 1];
  return (
    (isSwapped && restIsSame(one, other, place + 2, place + 2)) ||
    restIsSame(one, other, place + 1, place + 1) ||
    restIsSame(one, other, place, place + 1) ||
    restIsSame(one, other, place + 1, place)
  );
}

/** One is the beginning or the end of the other. */
function partOf(wanted: SerialKeys, found: SerialKeys): RelatedSerial | undefined {
  const [asked, kept] = [wanted.lookAlike, found.lookAlike];
  const [shorter, longer] = asked.length < kept.length ? [asked, kept] : [kept, asked];
  const isPart = longer.startsWith(shorter) || longer.endsWith(shorter);
  if (!isPart || [...shorter].length < PART_CHARS_MIN) return undefined;
  const gain = (PART_GAIN * shorter.length) / longer.length;
  const where = longer.startsWith(shorter) ? "the beginning" : "the end";
  return shorter === asked
    ? say("CUT_SHORT", SCORES.CUT_SHORT + gain, `is ${where} of the register's`)
    : say("OVERLONG", SCORES.OVERLONG + gain, `the register's is ${where} of it`);
}

function bare(key: string): string {
  return key.replace(/^0+/u, "");
}

function firstDifference(one: readonly string[], other: readonly string[]): number {
  let place = 0;
  while (place < one.length && one[place] === other[place]) place += 1;
  return place;
}

function restIsSame(
  one: readonly string[],
  other: readonly string[],
  from: number,
  otherFrom: number,
): boolean {
  if (one.length - from !== other.length - otherFrom) return false;
  return one.slice(from).every((glyph, index) => glyph === other[otherFrom + index]);
}

/** Places where two texts of one length differ. */
function differences(one: string, other: string): { place: number; read: string; kept: string }[] {
  const [left, right] = [[...one], [...other]];
  return left.flatMap((read, index) => {
    const kept = right[index] ?? "";
    return read === kept ? [] : [{ place: index + 1, read, kept }];
  });
}

function told(found: ReturnType<typeof differences>): string {
  return found.map(({ kept, place, read }) => `character ${place}: ${read} for ${kept}`).join(", ");
}
