/**
 * A text from outside, made safe for a terminal: control characters and invisible direction marks
 * become "�", so that a serial number cannot move the cursor or reverse a line.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{FFFD}");
}
