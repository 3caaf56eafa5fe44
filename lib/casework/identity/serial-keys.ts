import { lookAlikeKey } from "../look-alike.ts";
import { normalizeSerial } from "../normalize.ts";
import { scriptOf } from "../script.ts";

/** A serial number as marked, and the keys it is found by (TP-FIRE-1, TP-FIRE-2). */
export interface SerialKeys {
  /** Exactly as marked: script, case, spaces and signs. */
  readonly raw: string;
  readonly normalized: string;
  readonly lookAlike: string;
  /** Last characters of the look-alike key, the last one first: what an end is found by. */
  readonly tail: string;
  /** ISO 15924, see scriptOf. */
  readonly script: string;
}

/** Characters of an end that an index holds; longer ends are compared afterwards. */
export const TAIL_CHARS = 8;

/** All keys of a serial number. */
export function serialKeysOf(raw: string): SerialKeys {
  const lookAlike = lookAlikeKey(raw);
  return {
    raw,
    normalized: normalizeSerial(raw),
    lookAlike,
    tail: tailOf(lookAlike),
    script: scriptOf(raw),
  };
}

/** The end of a look-alike key, backwards; a range of tails is a common end of serial numbers. */
export function tailOf(lookAlike: string): string {
  return [...lookAlike].slice(-TAIL_CHARS).reverse().join("");
}
