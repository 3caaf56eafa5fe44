import { WIRE_LIMITS } from "#runtime";

const PLAIN_ASCII = /^[\x20-\x7e]*$/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const KEY_ID = /^[0-9a-f]{32}$/;
const STATE = /^[A-Z]{2}$/;
const RETENTION_CLASS = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * Whether a text is short, in Unicode normalization form C, and free of control and invisible
 * formatting characters, so that two readers see and compare the same (TP-WIRE-8).
 */
export function isShortText(text: string): boolean {
  if (text.length > WIRE_LIMITS.shortTextCharsMax) return false;
  if (PLAIN_ASCII.test(text)) return true;
  return !INVISIBLE.test(text) && text.normalize("NFC") === text;
}

/** Whether a text is a UUID (RFC 9562) in lower case, of any version. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Whether a text has the form of a signing key's id: 16 bytes in lower-case hex. */
export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

/** Whether a text has the form of an ISO 3166-1 alpha-2 code. */
export function isStateCode(text: string): boolean {
  return STATE.test(text);
}

/** Whether a text has the form of a retention class, such as `trace`. */
export function isRetentionClass(text: string): boolean {
  return RETENTION_CLASS.test(text);
}
