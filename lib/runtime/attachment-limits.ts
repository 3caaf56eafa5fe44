import { DAY_MS, KIB, MIB, MINUTE_MS } from "./units.ts";

/** Limits of photographs and documents that travel with a case (docs/spec/attachments.md). */
export const ATTACHMENT_LIMITS = {
  /** One photograph or document; a phone's picture of a marking has some five MB. */
  itemBytesMax: 50 * MIB,
  /** Content of one message; sealed and padded it stays far below an envelope. */
  pieceBytes: 512 * KIB,
  /** Shortest piece that another State may cut an item into; shorter ones are all overhead. */
  pieceBytesMin: 16 * KIB,
  /** What the photograph shows, in words. */
  descriptionCharsMax: 500,
  /** A preview travels unasked, also over a slow line. */
  previewBytesMax: 150_000,
  /** Longest side of a preview in pixels; a marking is legible, and it is quickly made. */
  previewSideMax: 1_600,
  /** Attachments of one request or answer; their manifests fill a part of one message. */
  itemsPerMessageMax: 16,
  /** Name of a file as it is shown. */
  nameCharsMax: 120,
  /** Pixels of an image; cameras of phones reach 108 million. */
  imagePixelsMax: 120_000_000,
  /** The same where the whole image must be held to decode it: progressive, or interlaced. */
  heldPixelsMax: 40_000_000,
  /** Scans of a progressive JPEG; each costs a pass over the whole image. */
  scansMax: 64,
  /** Segments of a JPEG or chunks of a PNG; a file of millions is made to be slow. */
  segmentsMax: 10_000,
  /** One segment of a JPEG has a 16-bit length; nothing larger is held while cleaning. */
  windowBytes: 64 * KIB,
  /** Longest time to clean one file and make its preview. */
  cleanMs: MINUTE_MS,
  /** Memory in MiB of the thread that cleans, beside that of the image library. */
  cleanThreadHeapMib: 256,
  /** Memory of the image library; a hostile image cannot take the process with it. */
  imageMemoryBytesMax: 768 * MIB,
  /** Uploads of one user that are not finished. */
  uploadsOpenMax: 20,
  /** Bytes of uploads that no case holds, of all users together. */
  looseBytesMax: 2_048 * MIB,
  /** How long an upload that no case holds is kept. */
  looseKeptMs: 7 * DAY_MS,
  /** Pieces under way to one State; the outbox holds no more of them at a time. */
  piecesUnderWayMax: 8,
} as const;
