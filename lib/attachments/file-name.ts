import { ATTACHMENT_LIMITS } from "#runtime";
import { MEDIA_TYPES, type MediaType } from "./media-type.ts";

/** Characters that mislead or do harm in a name: controls, directions, and those of paths. */
const HARMFUL = /[\p{C}\p{Zl}\p{Zp}\\/:*?"<>|]/gu;

/**
 * A name that may be shown and saved under (TP-ATT-9): the last part of a path, without what
 * misleads or does harm, with the extension of the type that the content has.
 */
export function safeFileName(given: string, mediaType: MediaType): string {
  const { extension } = MEDIA_TYPES[mediaType];
  const last = given.normalize("NFC").split(/[\\/]/).at(-1) ?? "";
  const plain = last.replaceAll(HARMFUL, "").replace(/\.[A-Za-z0-9]{1,5}$/, "");
  const stem = plain.replace(/^[.\s]+|[.\s]+$/g, "");
  const room = ATTACHMENT_LIMITS.nameCharsMax - extension.length - 1;
  const cut = Array.from(stem).slice(0, room).join("");
  return `${cut === "" ? "attachment" : cut}.${extension}`;
}

/** Whether a name is one that {@link safeFileName} leaves as it is. */
export function isSafeFileName(name: string, mediaType: MediaType): boolean {
  return name !== "" && safeFileName(name, mediaType) === name;
}
