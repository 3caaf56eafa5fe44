/**
 * Keys one slip away from a key. The register is not blown up by keys for every slip: the slips of
 * the one serial number that is asked for are made when it is asked for, and each is a point in the
 * index of look-alike keys (ADR 0018).
 */

/** Shortest part of a serial number that is looked for as a whole one. */
export const PART_CHARS_MIN = 5;
/** Leading zeros that a spreadsheet or a clerk may have left out. */
const ZEROS_MAX = 4;

/** Two neighbouring characters changed places. */
export function transpositionsOf(key: string): string[] {
  const glyphs = [...key];
  return glyphs.slice(1).map((glyph, index) => {
    const before = glyphs[index] ?? "";
    return [...glyphs.slice(0, index), glyph, before, ...glyphs.slice(index + 2)].join("");
  });
}

/** One character too many in `key`: it without each of its characters. */
export function deletionsOf(key: string): string[] {
  const glyphs = [...key];
  return glyphs.map((_, index) => glyphs.toSpliced(index, 1).join(""));
}

/** One character missing in `key`: it with each character of the alphabet at each place. */
export function insertionsOf(key: string, alphabet: readonly string[]): string[] {
  const glyphs = [...key];
  return [...glyphs, ""].flatMap((_, index) =>
    alphabet.map((glyph) => glyphs.toSpliced(index, 0, glyph).join("")),
  );
}

/** One character of `key` misread: each character of the alphabet in its place. */
export function substitutionsOf(key: string, alphabet: readonly string[]): string[] {
  const glyphs = [...key];
  return glyphs.flatMap((_, index) =>
    alphabet.map((glyph) => glyphs.toSpliced(index, 1, glyph).join("")),
  );
}

/** The key without leading zeros, and with up to four. */
export function zeroVariantsOf(key: string): string[] {
  const bare = key.replace(/^0+/u, "");
  if (bare === "") return [];
  return Array.from({ length: ZEROS_MAX + 1 }, (_, zeros) => `${"0".repeat(zeros)}${bare}`);
}

/** Beginnings and ends of the key that are long enough to be a whole serial number themselves. */
export function partsOf(key: string): string[] {
  const glyphs = [...key];
  const parts: string[] = [];
  for (let chars = PART_CHARS_MIN; chars < glyphs.length; chars += 1) {
    parts.push(glyphs.slice(0, chars).join(""), glyphs.slice(-chars).join(""));
  }
  return parts;
}
