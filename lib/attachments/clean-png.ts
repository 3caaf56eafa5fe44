import { crc32 } from "node:zlib";
import { ATTACHMENT_LIMITS } from "#runtime";
import type { ByteReader, Sink } from "./byte-reader.ts";
import { type CleanResult, type ImageFacts, type Removed, unclean } from "./clean-result.ts";
import { parseExif } from "./exif.ts";

const SIGNATURE = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Chunks beside IHDR, PLTE, IDAT and IEND that are part of the picture → their longest content. */
const KEPT: Readonly<Record<string, number>> = {
  tRNS: 256,
  gAMA: 4,
  cHRM: 32,
  sRGB: 1,
  sBIT: 4,
  pHYs: 9,
  bKGD: 6,
};

/** What an IHDR chunk says. */
export interface PngHead {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colourType: number;
  readonly isInterlaced: boolean;
}

/** A cleaned PNG: what is in it, and its head. */
export interface CleanPng extends ImageFacts {
  readonly head: PngHead;
}

/**
 * Copies a PNG without anything that is not picture (TP-ATT-3): of its chunks only those that the
 * picture needs stay, once and of the length they must have; texts, EXIF, profiles, times, frames
 * of an animation and what follows the end are left out. The pixels stay as they are.
 */
export function cleanPng(reader: ByteReader, sink: Sink): CleanResult<CleanPng> {
  return new PngCleaner(reader, sink).run();
}

class PngCleaner {
  readonly #reader: ByteReader;
  readonly #sink: Sink;
  readonly #removed = new Set<Removed>();
  readonly #seen = new Set<string>();
  #head: PngHead | undefined;
  #orientation = 1;
  /** Whether pixels have ended: something else came after them. */
  #isPast = false;

  constructor(reader: ByteReader, sink: Sink) {
    this.#reader = reader;
    this.#sink = sink;
  }

  run(): CleanResult<CleanPng> {
    const signature = this.#reader.take(SIGNATURE.length);
    if (signature === undefined || Buffer.compare(signature, SIGNATURE) !== 0) {
      return unclean("DAMAGED", "no signature");
    }
    this.#sink(SIGNATURE);
    for (let count = 0; count < ATTACHMENT_LIMITS.segmentsMax; count += 1) {
      const start = this.#reader.take(8);
      if (start === undefined) return unclean("DAMAGED", "no end of image");
      const head = Buffer.from(start);
      const length = head.readUInt32BE(0);
      const type = head.toString("latin1", 4);
      if (!/^[A-Za-z]{4}$/.test(type)) return unclean("DAMAGED", "not the name of a chunk");
      if (this.#head === undefined && type !== "IHDR") return unclean("DAMAGED", "no head first");
      const problem = this.#chunk(type, length, head);
      if (problem !== undefined) return problem;
      if (type === "IEND") return this.#end();
    }
    return unclean("TOO_COSTLY", `over ${ATTACHMENT_LIMITS.segmentsMax} chunks`);
  }

  #end(): CleanResult<CleanPng> {
    const head = this.#head;
    if (head === undefined || !this.#seen.has("IDAT")) return unclean("DAMAGED", "no picture");
    if (this.#reader.byte() >= 0) this.#removed.add("TRAILING_DATA");
    const { width, height } = head;
    const orientation = this.#orientation;
    return { ok: true, value: { width, height, orientation, removed: [...this.#removed], head } };
  }

  #chunk(type: string, length: number, head: Buffer): CleanResult<never> | undefined {
    const hasPixels = this.#seen.has("IDAT");
    if (type === "IDAT") {
      if (this.#isPast) return unclean("DAMAGED", "pixels in two places");
      this.#seen.add(type);
      return this.#copy(length, head);
    }
    this.#isPast ||= hasPixels;
    if (type === "IEND" && length === 0) return this.#copy(length, head);
    if (type === "IHDR" && this.#head === undefined) return this.#start(length, head);
    const isPalette = type === "PLTE" && length <= 768 && length % 3 === 0;
    const isKept = isPalette || length <= (KEPT[type] ?? -1);
    if (isKept && !hasPixels && !this.#seen.has(type)) {
      this.#seen.add(type);
      return this.#copy(length, head);
    }
    // A capital first letter: no decoder shows the picture without it.
    if (/^[A-Z]/.test(type)) return unclean("UNSUPPORTED", `chunk ${type}`);
    return this.#leaveOut(type, length);
  }

  #start(length: number, start: Buffer): CleanResult<never> | undefined {
    const data = length === 13 ? this.#reader.take(13) : undefined;
    if (data === undefined) return unclean("DAMAGED", "the head is cut off");
    const kept = Buffer.from(data);
    const head = headOf(kept);
    if (head === undefined) return unclean("UNSUPPORTED", "not a form of PNG");
    const pixels = head.width * head.height;
    const { heldPixelsMax, imagePixelsMax } = ATTACHMENT_LIMITS;
    const most = head.isInterlaced ? heldPixelsMax : imagePixelsMax;
    if (pixels > most) return unclean("TOO_MANY_PIXELS", `${pixels} of ${most}`);
    this.#head = head;
    this.#sink(start);
    this.#sink(kept);
    return this.#checksum(crc32(kept, crc32(start.subarray(4))));
  }

  /** Copies a chunk as it streams by, and compares its checksum. */
  #copy(length: number, head: Buffer): CleanResult<never> | undefined {
    this.#sink(head);
    let crc = crc32(head.subarray(4));
    let left = length;
    while (left > 0) {
      const shown = this.#reader.peek();
      if (shown === undefined) return unclean("DAMAGED", "a chunk is cut off");
      const part = shown.subarray(0, left);
      crc = crc32(part, crc);
      this.#sink(part);
      this.#reader.drop(part.length);
      left -= part.length;
    }
    return this.#checksum(crc);
  }

  #checksum(crc: number): CleanResult<never> | undefined {
    const stored = this.#reader.take(4);
    const kept = stored === undefined ? undefined : Buffer.from(stored);
    if (kept?.readUInt32BE(0) !== crc) return unclean("DAMAGED", "a checksum is wrong");
    this.#sink(kept);
    return undefined;
  }

  #leaveOut(type: string, length: number): CleanResult<never> | undefined {
    this.#removed.add(REMOVED[type] ?? "OTHER_METADATA");
    const isSmall = length <= ATTACHMENT_LIMITS.windowBytes;
    const content = type === "eXIf" && isSmall ? this.#reader.take(length) : undefined;
    if (content !== undefined) {
      const { orientation, hasPlace } = parseExif(content);
      this.#orientation = orientation;
      if (hasPlace) this.#removed.add("GPS");
    }
    const left = content === undefined ? length + 4 : 4;
    return this.#reader.skip(left) ? undefined : unclean("DAMAGED", "a chunk is cut off");
  }
}

const REMOVED: Readonly<Record<string, Removed>> = {
  eXIf: "EXIF",
  iCCP: "COLOUR_PROFILE",
  tEXt: "COMMENT",
  zTXt: "COMMENT",
  iTXt: "COMMENT",
};

/** Bit depths of each colour type. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

function headOf(data: Buffer): PngHead | undefined {
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
  const [bitDepth = 0, colourType = 0, compression, filter, interlace] = data.subarray(8);
  const isKnown = DEPTHS[colourType]?.includes(bitDepth) === true;
  const isPlain = compression === 0 && filter === 0 && (interlace === 0 || interlace === 1);
  if (!isKnown || !isPlain || width === 0 || height === 0) return undefined;
  return { width, height, bitDepth, colourType, isInterlaced: interlace === 1 };
}
