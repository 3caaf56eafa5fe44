import { ByteReader, type ReadAt, type Sink } from "./byte-reader.ts";
import { checkPdf } from "./check-pdf.ts";
import { cleanJpeg } from "./clean-jpeg.ts";
import { cleanPng } from "./clean-png.ts";
import { type CleanResult, type FileFacts, type ImageFacts, unclean } from "./clean-result.ts";
import { detectMediaType, HEAD_BYTES } from "./media-type.ts";
import { checkPixels } from "./png-pixels.ts";

/** Where a cleaned file goes, and how it is read back. */
export interface CleanTarget {
  readonly sink: Sink;
  readonly written: ReadAt;
}

/**
 * Tells what a file is and copies what may stay of it (TP-ATT-1 to TP-ATT-4). What was written is
 * worth nothing when the file is refused in the end. Never throws on hostile bytes.
 */
export async function cleanContent(
  read: ReadAt,
  sizeBytes: number,
  target: CleanTarget,
): Promise<CleanResult<FileFacts>> {
  const head = new Uint8Array(HEAD_BYTES);
  const mediaType = detectMediaType(head.subarray(0, read(head, 0)));
  const reader = new ByteReader(read);
  switch (mediaType) {
    case undefined:
      return unclean("TYPE_UNKNOWN", "");
    case "application/pdf": {
      const checked = checkPdf(read, sizeBytes);
      if (!checked.ok) return checked;
      copyAll(reader, target.sink);
      return { ok: true, value: { mediaType } };
    }
    case "image/jpeg":
      return imageOf(mediaType, cleanJpeg(reader, target.sink));
    case "image/png": {
      const cleaned = cleanPng(reader, target.sink);
      if (!cleaned.ok) return cleaned;
      const { head: pngHead, ...image } = cleaned.value;
      const pixels = await checkPixels(target.written, pngHead);
      return pixels.ok ? { ok: true, value: { mediaType, image } } : pixels;
    }
    default:
      return mediaType satisfies never;
  }
}

function imageOf(
  mediaType: "image/jpeg",
  cleaned: CleanResult<ImageFacts>,
): CleanResult<FileFacts> {
  return cleaned.ok ? { ok: true, value: { mediaType, image: cleaned.value } } : cleaned;
}

function copyAll(reader: ByteReader, sink: Sink): void {
  for (let part = reader.peek(); part !== undefined; part = reader.peek()) {
    sink(part);
    reader.drop(part.length);
  }
}
