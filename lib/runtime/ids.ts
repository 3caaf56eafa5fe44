import { v7, validate, version } from "uuid";

/** A fresh UUIDv7 (RFC 9562), lower case; sorts by the time given in milliseconds. */
export function newMessageId(nowMs?: number): string {
  return nowMs === undefined ? v7() : v7({ msecs: nowMs });
}

/** Whether a text is a UUIDv7 in lower case. */
export function isMessageId(text: string): boolean {
  return text.length === 36 && validate(text) && version(text) === 7 && text === text.toLowerCase();
}
