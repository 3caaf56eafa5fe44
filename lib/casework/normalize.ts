/**
 * Forms used for comparing, never for keeping: what was read on the firearm stays as it is, and
 * these stand beside it (TP-SCR-3, ITI para 8, domain notes 1.2).
 */

/** Spaces, dashes, dots of any script, and characters that show nothing. */
const SEPARATORS = /[\s\p{Dash}.·•‧∙\p{Default_Ignorable_Code_Point}]/gu;
const DIGIT = /\p{Nd}/gu;
/** Most serial numbers: nothing in them composes, and these are their only separators. */
const ASCII = /^[\x20-\x7e]*$/;
const ASCII_SEPARATORS = /[ .-]/g;

/**
 * A serial number for comparing: compatibility form (NFKC), upper case, decimal digits of every
 * script as 0 to 9, without spaces, dashes and dots. Letters keep their script, and look-alike
 * glyphs (0 and O) stay apart. Applying it twice changes nothing.
 */
export function normalizeSerial(raw: string): string {
  if (ASCII.test(raw)) return raw.toUpperCase().replaceAll(ASCII_SEPARATORS, "");
  const stripped = raw.normalize("NFKC").toUpperCase().replaceAll(SEPARATORS, "");
  // What a stripped separator held apart may now compose, and composing may show another one.
  const composed = stripped.replaceAll(DIGIT, digitValue).normalize("NFKC");
  return composed === raw ? composed : normalizeSerial(composed);
}

/** Decimal digits of a script stand in a row of ten, zero first (Unicode, general category Nd). */
function digitValue(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && isDigit(point - value - 1)) value += 1;
  return String(value);
}

function isDigit(point: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(Math.max(0, point)));
}

/**
 * A brand for looking it up: compatibility form, upper case, trimmed, single spaces. Dashes and
 * dots stay, because they belong to names such as HI-POINT.
 */
export function normalizeMake(raw: string): string {
  const spaced = raw.normalize("NFKC").toUpperCase().normalize("NFKC");
  return spaced.trim().replaceAll(/\s+/gu, " ");
}
