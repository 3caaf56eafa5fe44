import { normalizeSerial } from "./normalize.ts";

/**
 * Letters that are read as another: each row folds to its first character. Latin confusions as
 * marks on firearms are misread most (domain notes 1.2), then Cyrillic and Greek letters of the
 * same shape. A small l is written as a capital one in normalized form, so L is in its row.
 */
const ROWS: readonly string[] = [
  "0OОΟ",
  "1ILІӀΙ",
  "2ZΖ",
  "3З",
  "5SЅ",
  "8BВΒ",
  "AАΑ",
  "CС",
  "EЕЁΕ",
  "HНΗ",
  "JЈ",
  "KКΚ",
  "MМΜ",
  "NΝ",
  "PРΡ",
  "TТΤ",
  "XХΧ",
  "YУΥ",
];

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
