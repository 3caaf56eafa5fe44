import { normalizeSerial } from "./normalize.ts";

/** One character that could not be read. */
const ONE_UNKNOWN = "?";
/** Any number of characters that could not be read, none included. */
const ANY_UNKNOWN = "*";

/**
 * Whether a serial number may be the one that was read in part: `?` stands for one character that
 * could not be read, `*` for any number of them. Both are compared in normalized form. Takes time
 * in proportion to the product of both lengths, whatever the pattern is.
 */
export function serialMatches(pattern: string, candidate: string): boolean {
  const wanted = [...normalizeSerial(pattern)];
  const given = [...normalizeSerial(candidate)];
  /** Whether the pattern so far matches the first n characters. */
  let reached = [true, ...given.map(() => false)];
  for (const sign of wanted) {
    const next = given.map(() => false);
    next.unshift(sign === ANY_UNKNOWN && reached[0] === true);
    for (const [index, glyph] of given.entries()) {
      const before = reached[index] === true;
      next[index + 1] =
        sign === ANY_UNKNOWN
          ? reached[index + 1] === true || next[index] === true
          : before && (sign === ONE_UNKNOWN || sign === glyph);
    }
    reached = next;
  }
  return reached[given.length] === true;
}
