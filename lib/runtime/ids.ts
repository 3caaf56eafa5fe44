import { v7, validate, version } from "uuid";

/** A fresh UUIDv7 (RFC 9562), lower case; sorts by the time given in milliseconds. */
export function newMessageId(nowMs?: number): string {
  return nowMs === undefined ? v7() : v7({ msecs: nowMs });
}

/** When a UUIDv7 says that it was made, in milliseconds since 1970; its maker says so. */
export function idTimeMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** Whether a text is a UUIDv7 in lower case. */
export function isMessageId(text: string): boolean {
  return text.length === 36 && validate(text) && version(text) === 7 && text === text.toLowerCase();
}
