import type { Timestamp } from "#proto";
import { timestampMs } from "#wire";

/** A value of the wire, or undefined where it says nothing: empty, zero, false, or no item. */
export function given<T extends string | number | boolean | readonly unknown[]>(
  value: T,
): T | undefined {
  const isNothing = Array.isArray(value) ? value.length === 0 : !value;
  return isNothing ? undefined : value;
}

/** RFC 3339 text of a timestamp; undefined when there is none. */
export function instantText(timestamp: Timestamp | undefined): string | undefined {
  const ms = timestampMs(timestamp);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** Bytes in lower-case hex; undefined when there are none. */
export function hexText(bytes: Uint8Array): string | undefined {
  return given(Buffer.from(bytes).toString("hex"));
}
