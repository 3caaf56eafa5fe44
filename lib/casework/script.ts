/** Scripts that marks are struck in, by their ISO 15924 code. */
const SCRIPTS: readonly (readonly [code: string, letters: RegExp])[] = [
  // Digits of Arabic scripts are shared by several; Script_Extensions knows where they belong.
  ["Arab", /\p{Script_Extensions=Arabic}/u],
  ["Armn", /\p{Script=Armenian}/u],
  ["Cyrl", /\p{Script=Cyrillic}/u],
  ["Deva", /\p{Script=Devanagari}/u],
  ["Ethi", /\p{Script=Ethiopic}/u],
  ["Geor", /\p{Script=Georgian}/u],
  ["Grek", /\p{Script=Greek}/u],
  ["Hang", /\p{Script=Hangul}/u],
  ["Hani", /\p{Script=Han}/u],
  ["Hebr", /\p{Script=Hebrew}/u],
  ["Hira", /\p{Script=Hiragana}/u],
  ["Kana", /\p{Script=Katakana}/u],
  ["Latn", /\p{Script=Latin}/u],
  ["Thai", /\p{Script=Thai}/u],
];

/** ISO 15924: a script that is none of the listed. */
const OTHER = "Zzzz";
/** ISO 15924: nothing in it belongs to a script, as in 12345. */
const UNDETERMINED = "Zyyy";

/**
 * Script of a mark as ISO 15924 code, such as Latn or Cyrl; several are joined by "+" in the order
 * of the alphabet, because a mix of Latin and Cyrillic letters is worth a second look. Zyyy when
 * there are no letters.
 */
export function scriptOf(text: string): string {
  const found = SCRIPTS.filter(([, letters]) => letters.test(text)).map(([code]) => code);
  if (found.length > 0) return found.join("+");
  return /\p{Letter}/u.test(text) ? OTHER : UNDETERMINED;
}
