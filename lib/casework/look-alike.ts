import { normalizeSerial } from "./normalize.ts";

/**
 * Letters that are read as another: each row folds to its first character (TP-FIRE-2). Latin
 * confusions as marks on firearms are misread most (domain notes 1.2), then letters of the same
 * shape in Cyrillic, Greek and Armenian, a zero with a stroke, and letters of Arabic script that
 * are written both ways. A small l is written as a capital one in normalized form, so L is in its
 * row.
 */
const ROWS: readonly string[] = [
  "0OОΟØ∅Օ",
  "1ILІӀΙİا\u0622\u0623\u0625\u0671",
  "2ZΖ",
  "3З",
  "5SЅՏ",
  "8BВΒ",
  "AАΑ",
  "CСϹ",
  "EЕЁΕ",
  "GԌ",
  "HНΗ",
  "JЈ",
  "KКΚ",
  "MМΜ",
  "NΝ",
  "PРΡ",
  "QԚ",
  "TТΤ",
  "VѴ",
  "WԜ",
  "XХΧ",
  "YУΥҮ",
  "ИЙ",
  "\u064A\u0649\u06CC",
  "\u0643\u06A9",
  "\u0647\u0629\u06C1",
];

/**
 * Version of {@link ROWS}. A register keeps look-alike keys beside its rows: with another version
 * it makes them anew.
 */
export const LOOK_ALIKE_VERSION = 2;

const FOLDED: ReadonlyMap<string, string> = new Map(
  ROWS.flatMap((row) => {
    const [first = "", ...others] = row;
    return others.map((other) => [other, first] as const);
  }),
);

/**
 * Key under which serial numbers meet that are read alike: O and 0, I, 1 and l, S and 5, B and 8, Z
 * and 2, and letters that look the same in Latin, Cyrillic and Greek. For finding candidates; two
 * firearms may share it, so it never decides. Folding it again changes nothing.
 */
export function lookAlikeKey(raw: string): string {
  return [...normalizeSerial(raw)].map((glyph) => FOLDED.get(glyph) ?? glyph).join("");
}
