import { lookAlikeKey } from "../look-alike.ts";
import {
  deletionsOf,
  insertionsOf,
  PART_CHARS_MIN,
  partsOf,
  substitutionsOf,
  transpositionsOf,
  zeroVariantsOf,
} from "./neighbours.ts";
import { type PartialSerial, partialSerialOf } from "./partial-serial.ts";
import { tailOf } from "./serial-keys.ts";

/** Fewest characters that must be known of a serial number read in part (domain notes 1.2). */
export const KNOWN_CHARS_MIN = 3;
/** Fewest of them that must stand together at its beginning or its end. */
export const KNOWN_END_CHARS_MIN = 2;
/** One or two unknown characters near the beginning: they are tried out with the alphabet. */
const START = /^([^?*]*)([?]{1,2})([^?*]+)/u;

/** What a register is asked for; what comes back is ranked by findCandidates. */
export interface CandidateLookups {
  /** Points in the index of look-alike keys, each once. */
  readonly keys: readonly string[];
  /** Beginnings of look-alike keys. */
  readonly prefixes: readonly string[];
  /** Ends of look-alike keys as {@link tailOf} writes them: beginnings of tails. */
  readonly tails: readonly string[];
}

/** How far a search goes. */
export type SearchDepth =
  /** Keys that read alike. */
  | "ALIKE"
  /** One slip and parts of serial numbers too. */
  | "NEAR";

/** What is asked for, or why it cannot be searched for. */
export type PlannedLookups =
  | { readonly ok: true; readonly lookups: CandidateLookups }
  | { readonly ok: false; readonly rule: string };

/**
 * The key look-ups that fetch every row findCandidates may rank for a serial number (TP-FIRE-4).
 * `alphabet` are the characters of the look-alike keys of the register: with all of them, no slip
 * of one character is missed. Refuses what would need a search through everything.
 */
export function candidateLookups(
  serial: string,
  depth: SearchDepth,
  alphabet: readonly string[],
): PlannedLookups {
  const partial = partialSerialOf(serial);
  if (partial !== undefined) return partialLookups(partial, alphabet);
  const key = lookAlikeKey(serial);
  if (key === "") return { ok: false, rule: "has no character to find by" };
  if (depth === "ALIKE") return { ok: true, lookups: { keys: [key], prefixes: [], tails: [] } };
  const near = [
    key,
    ...zeroVariantsOf(key),
    ...transpositionsOf(key),
    ...deletionsOf(key),
    ...partsOf(key),
    ...insertionsOf(key, alphabet),
    ...substitutionsOf(key, alphabet),
  ];
  const isLong = [...key].length >= PART_CHARS_MIN;
  const keys = [...new Set(near)].filter((each) => each !== "");
  const tails = isLong ? [tailOf(key)] : [];
  return { ok: true, lookups: { keys, prefixes: isLong ? [key] : [], tails } };
}

function partialLookups(partial: PartialSerial, alphabet: readonly string[]): PlannedLookups {
  const { knownChars, lookAlike, prefix, suffix } = partial;
  if (knownChars < KNOWN_CHARS_MIN) {
    return { ok: false, rule: `needs at least ${KNOWN_CHARS_MIN} known characters` };
  }
  const [before, after] = [[...prefix].length, [...suffix].length];
  if (Math.max(before, after) >= KNOWN_END_CHARS_MIN) {
    const isByEnd = after > before;
    const tails = isByEnd ? [tailOf(suffix)] : [];
    return { ok: true, lookups: { keys: [], prefixes: isByEnd ? [] : [prefix], tails } };
  }
  const [, head = "", unknown = "", known = ""] = START.exec(lookAlike) ?? [];
  if ([...head, ...known].length >= KNOWN_END_CHARS_MIN) {
    const middles = unknown.length === 1 ? alphabet : pairsOf(alphabet);
    const prefixes = middles.map((middle) => `${head}${middle}${known}`);
    return { ok: true, lookups: { keys: [], prefixes, tails: [] } };
  }
  return {
    ok: false,
    rule: `needs ${KNOWN_END_CHARS_MIN} known characters together at its beginning or its end`,
  };
}

function pairsOf(alphabet: readonly string[]): string[] {
  return alphabet.flatMap((one) => alphabet.map((other) => `${one}${other}`));
}
