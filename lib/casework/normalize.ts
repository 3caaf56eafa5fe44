/**
 * Forms used for comparing, never for keeping: what was read on the firearm stays as it is, and
 * these stand beside it (ITI para 8, domain notes 1.2).
 */

/** Spaces, dashes, dots of any script, and characters that show nothing. */
const SEPARATORS = /[\s\p{Dash}.·•‧∙\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A serial number for comparing: compatibility form (NFKC), upper case, without spaces, dashes and
 * dots. Look-alike glyphs (0 and O) stay apart. Applying it twice changes nothing.
 */
export function normalizeSerial(raw: string): string {
  const stripped = raw.normalize("NFKC").toUpperCase().replaceAll(SEPARATORS, "");
  // What a stripped separator held apart may now compose, and composing may show another one.
  const composed = stripped.normalize("NFKC");
  return composed === raw ? composed : normalizeSerial(composed);
}

/**
 * A brand for looking it up: compatibility form, upper case, trimmed, single spaces. Dashes and
 * dots stay, because they belong to names such as HI-POINT.
 */
export function normalizeMake(raw: string): string {
  const spaced = raw.normalize("NFKC").toUpperCase().normalize("NFKC");
  return spaced.trim().replaceAll(/\s+/gu, " ");
}
