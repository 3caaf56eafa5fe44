/** What may be attached; anything else is refused. Told by content, never by name. */
export const MEDIA_TYPES = {
  "image/jpeg": { extension: "jpg", isImage: true },
  "image/png": { extension: "png", isImage: true },
  "application/pdf": { extension: "pdf", isImage: false },
} as const;

/** One of {@link MEDIA_TYPES}. */
export type MediaType = keyof typeof MEDIA_TYPES;

/** How files of each type begin. */
const BEGINNINGS: readonly (readonly [MediaType, Uint8Array])[] = [
  ["image/jpeg", Buffer.of(0xff, 0xd8, 0xff)],
  ["image/png", Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ["application/pdf", Buffer.from("%PDF-")],
];

/** Bytes that {@link detectMediaType} looks at. */
export const HEAD_BYTES = 8;

/** Type of a file by its first bytes (TP-ATT-1); undefined for what is not on the list. */
export function detectMediaType(head: Uint8Array): MediaType | undefined {
  for (const [type, beginning] of BEGINNINGS) {
    if (Buffer.compare(head.subarray(0, beginning.length), beginning) === 0) return type;
  }
  return undefined;
}

/** Whether a text names a type of the list. */
export function isMediaType(text: string): text is MediaType {
  return Object.hasOwn(MEDIA_TYPES, text);
}
