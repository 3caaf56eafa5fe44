import { lookAlikeKey } from "../look-alike.ts";
import { normalizeSerial } from "../normalize.ts";

/** A serial number of which some characters could not be read (TP-FIRE-3). */
export interface PartialSerial {
  /** Normalized, `?` for one unknown character, `*` for any number of them. */
  readonly pattern: string;
  /** The same for look-alike keys. */
  readonly lookAlike: string;
  /** What is known before the first unknown character, of the look-alike key. */
  readonly prefix: string;
  /** What is known after the last one. */
  readonly suffix: string;
  /** Characters that are known. */
  readonly knownChars: number;
}

const UNKNOWN = /[?*]/u;

/** Whether a serial number is written with characters that could not be read. */
export function isPartialSerial(raw: string): boolean {
  return UNKNOWN.test(normalizeSerial(raw));
}

/** Takes a serial number read in part to pieces; undefined when nothing in it is unknown. */
export function partialSerialOf(raw: string): PartialSerial | undefined {
  const pattern = normalizeSerial(raw);
  if (!UNKNOWN.test(pattern)) return undefined;
  const lookAlike = lookAlikeKey(raw);
  return {
    pattern,
    lookAlike,
    prefix: /^[^?*]*/u.exec(lookAlike)?.[0] ?? "",
    suffix: /[^?*]*$/u.exec(lookAlike)?.[0] ?? "",
    knownChars: [...lookAlike.replaceAll(/[?*]/gu, "")].length,
  };
}
