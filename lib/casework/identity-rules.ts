import { isPlaceholder, makerOf } from "#reference";
import { normalizeMake, normalizeSerial } from "./normalize.ts";

/** Fewest normalized characters that can tell one firearm from others (TP-SCR-2). */
export const SERIAL_CHARS_MIN = 3;

/** What can be wrong with an identifying field of a recovered firearm (TP-SCR-2). */
export type IdentityRule = "missing" | "tooShort" | "unusable" | "unknownMake";

/** What is wrong with a serial number as recorded; undefined when it can be traced. */
export function checkSerial(raw: string): IdentityRule | undefined {
  if (raw.trim() === "") return "missing";
  const normalized = normalizeSerial(raw);
  if (isPlaceholder(normalized)) return "unusable";
  return [...normalized].length < SERIAL_CHARS_MIN ? "tooShort" : undefined;
}

/** What is wrong with a brand as recorded; undefined when the maker table has it. */
export function checkMake(raw: string): IdentityRule | undefined {
  const make = normalizeMake(raw);
  if (make === "") return "missing";
  return makerOf(make) === undefined ? "unknownMake" : undefined;
}

/** What is wrong with a calibre as recorded; undefined when it designates one. */
export function checkCalibre(raw: string): IdentityRule | undefined {
  if (raw.trim() === "") return "missing";
  // Every designation, metric, inch or gauge, has a number in it.
  const designates = /\p{Nd}/u.test(raw.normalize("NFKC"));
  return isPlaceholder(normalizeSerial(raw)) || !designates ? "unusable" : undefined;
}
