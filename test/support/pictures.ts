import { crc32, deflateSync } from "node:zlib";

/** A JPEG of 64 × 48 pixels with nothing in it but the picture. */
export const JPEG = Buffer.from(
  "/9j/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//" +
    "2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAAR" +
    "CAAwAEADASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAwQGB//EABcQAAMBAAAAAAAAAAAAAAAAAAACA2H/xAAYAQEB" +
    "AQEBAAAAAAAAAAAAAAAFAgcBA//EABYRAQEBAAAAAAAAAAAAAAAAAAMAAf/aAAwDAQACEQMRAD8A50ksHSWDpLB0lh44lwlg" +
    "SWDpLB0lg6SLxJElgSQ6SwdJYOksLxJAlgSWDpLB0kOksLxJEls6ksHSWDpLB0kD4lnRLAksHSWDpLB0lheJIksCSwdJDpLB" +
    "0lheJIEsCSwdJYOksHSWF4kiS2cSQ6SwoSQ6SwHxLOiWnSWDpLChJYOksLxJAlp0lg6SwoSWDpLC8SRJadJYOksKElg6SwvE" +
    "kSW//9k=",
  "base64",
);

/** The same picture, progressive. */
export const PROGRESSIVE_JPEG = Buffer.from(
  "/9j/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9" +
    "lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8" +
    "fHx8fHx8fHz/wgARCAAwAEADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAgQF/8QAGAEBAQEBAQAAAAAA" +
    "AAAAAAAAAQMEBQL/2gAMAwEAAhADEAAAAchNeQpNsGk2KaayJPPyAmmxSbUNJtIms/IKTahNNik2v//EABUQAQEA" +
    "AAAAAAAAAAAAAAAAAAAR/9oACAEBAAEFAoiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiP/EABURAQEAAAAAAAAAAAAA" +
    "AAAAAAEA/9oACAEDAQE/ARhhhhhhhhhhhv/EABURAQEAAAAAAAAAAAAAAAAAAAAR/9oACAECAQE/Aaqqqqqqqv/E" +
    "ABQQAQAAAAAAAAAAAAAAAAAAAFD/2gAIAQEABj8CQ//EABUQAQEAAAAAAAAAAAAAAAAAAAAB/9oACAEBAAE/IYQh" +
    "CEIQhCEIQhCEIQhCEIQhCEIQhCEIQhCEIQhCEP/aAAwDAQACAAMAAAAQ1YsRJ0JkQJ0J/8QAFBEBAAAAAAAAAAAA" +
    "AAAAAAAAMP/aAAgBAwEBPxBP/wD/AP8A/8QAFREBAQAAAAAAAAAAAAAAAAAAAAH/2gAIAQIBAT8QjGMYxjGMYx//" +
    "xAAUEAEAAAAAAAAAAAAAAAAAAABQ/9oACAEBAAE/EEAAAAAAAAAAAAAAAAP/2Q==",
  "base64",
);

/** A segment of a JPEG. */
export function segment(marker: number, payload: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

/** A JPEG with more segments after its start, and bytes after its end. */
export function jpegWith(segments: readonly Uint8Array[], after: Uint8Array = Buffer.alloc(0)) {
  return Buffer.concat([JPEG.subarray(0, 2), ...segments, JPEG.subarray(2), after]);
}

/** EXIF of a telephone: an orientation, and a directory that says where it was taken. */
export function exif(orientation: number): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4);
  tiff.write("MM\0*", "latin1");
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(2, 8);
  tiff.writeUInt16BE(0x0112, 10);
  tiff.writeUInt16BE(3, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  tiff.writeUInt16BE(0x8825, 22);
  tiff.writeUInt16BE(4, 24);
  tiff.writeUInt32BE(1, 26);
  return Buffer.concat([tiff, Buffer.from("48.2082N 16.3738E secret-place")]);
}

/** A chunk of a PNG. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, "latin1");
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(data, crc32(head.subarray(4))));
  return Buffer.concat([head, data, checksum]);
}

/** Rows of grey pixels, each with the filter byte in front. */
export function greyRows(width: number, height: number): Buffer {
  const row = Buffer.alloc(1 + width, 7);
  row[0] = 0;
  return Buffer.concat(Array.from({ length: height }, () => row));
}

/** What a PNG is made of. */
export interface PngParts {
  readonly width?: number;
  readonly height?: number;
  /** Before the pixels. */
  readonly chunks?: readonly Uint8Array[];
  /** Compressed pixels; default those of the size. */
  readonly pixels?: Uint8Array;
  readonly interlace?: number;
  readonly after?: Uint8Array;
}

/** A grey PNG. */
export function png(parts: PngParts = {}): Buffer {
  const { width = 5, height = 3, chunks = [], interlace = 0, after = Buffer.alloc(0) } = parts;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, interlace], 8);
  const pixels = parts.pixels ?? deflateSync(greyRows(width, height));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    ...chunks,
    chunk("IDAT", pixels),
    chunk("IEND", Buffer.alloc(0)),
    after,
  ]);
}

/** A PDF of a size, as far as its beginning and end say. */
export function pdf(sizeBytes = 200, after = "\n"): Buffer {
  const [start, end] = ["%PDF-1.7\n", `\n%%EOF${after}`];
  const room = Math.max(0, sizeBytes - start.length - end.length);
  return Buffer.from(`${start}${"%".repeat(room)}${end}`);
}
