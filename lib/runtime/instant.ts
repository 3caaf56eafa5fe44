import { Type } from "typebox";

/**
 * A time in a request: RFC 3339, in the years that a timestamp of the wire holds whatever the
 * offset (TP-API-60).
 */
export const Instant = Type.String({ format: "date-time", pattern: "^(?!000[01]|9999)" });

const SECONDS_AT = 16;
const LEAP_SECOND = ":60";

/**
 * Milliseconds since 1970 of a text that is an {@link Instant}. A leap second, which RFC 3339
 * allows and `Date` does not know, counts as the second after it, as everywhere in POSIX.
 */
export function instantMsOf(text: string): number {
  if (!text.startsWith(LEAP_SECOND, SECONDS_AT)) return Date.parse(text);
  const rest = text.slice(SECONDS_AT + LEAP_SECOND.length);
  return Date.parse(`${text.slice(0, SECONDS_AT)}:59${rest}`) + 1_000;
}
