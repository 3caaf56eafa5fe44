import { ATTACHMENT_LIMITS } from "#runtime";
import type { ByteReader, Sink } from "./byte-reader.ts";
import { type CleanResult, type ImageFacts, type Removed, unclean } from "./clean-result.ts";
import { parseExif } from "./exif.ts";
import {
  type Frame,
  frameOf,
  isHuffman,
  isQuantization,
  isScan,
  plainAdobe,
  plainJfif,
  startsWith,
} from "./jpeg-tables.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DHT = 0xc4;
const DQT = 0xdb;
const DRI = 0xdd;
const COM = 0xfe;
const PROGRESSIVE = 0xc2;
/** Frames of ordinary programs: baseline, extended, progressive, all with Huffman codes. */
const FRAMES: readonly number[] = [0xc0, 0xc1, PROGRESSIVE];

/**
 * Copies a JPEG without anything that is not picture (TP-ATT-3): of its segments only tables,
 * frame and scans stay, each checked to be exactly what it says; JFIF and Adobe are written anew.
 * The pictures' bytes stay as the camera wrote them. What follows the end is left out.
 */
export function cleanJpeg(reader: ByteReader, sink: Sink): CleanResult<ImageFacts> {
  return new JpegCleaner(reader, sink).run();
}

class JpegCleaner {
  readonly #reader: ByteReader;
  readonly #sink: Sink;
  readonly #removed = new Set<Removed>();
  #frame: Frame | undefined;
  #orientation = 1;
  #scans = 0;
  #hasJfif = false;
  #hasAdobe = false;

  constructor(reader: ByteReader, sink: Sink) {
    this.#reader = reader;
    this.#sink = sink;
  }

  run(): CleanResult<ImageFacts> {
    const start = this.#reader.take(2);
    if (start?.[0] !== 0xff || start[1] !== SOI) return unclean("DAMAGED", "no start of image");
    this.#sink(Uint8Array.of(0xff, SOI));
    let marker = this.#nextMarker();
    for (let count = 0; count < ATTACHMENT_LIMITS.segmentsMax; count += 1) {
      if (marker < 0) return unclean("DAMAGED", `no marker at ${this.#reader.position}`);
      if (marker === EOI) return this.#end();
      const problem = this.#segment(marker);
      if (problem !== undefined) return problem;
      marker = marker === SOS ? this.#copyScan() : this.#nextMarker();
    }
    return unclean("TOO_COSTLY", `over ${ATTACHMENT_LIMITS.segmentsMax} segments`);
  }

  #end(): CleanResult<ImageFacts> {
    if (this.#frame === undefined || this.#scans === 0) return unclean("DAMAGED", "no picture");
    this.#sink(Uint8Array.of(0xff, EOI));
    if (this.#reader.byte() >= 0) this.#removed.add("TRAILING_DATA");
    const { width, height } = this.#frame;
    const orientation = this.#orientation;
    return { ok: true, value: { width, height, orientation, removed: [...this.#removed] } };
  }

  /** The code of the marker that must come here, past fill bytes; -1 when there is none. */
  #nextMarker(): number {
    if (this.#reader.byte() !== 0xff) return -1;
    let byte = this.#reader.byte();
    while (byte === 0xff) byte = this.#reader.byte();
    return byte === 0 ? -1 : byte;
  }

  #segment(marker: number): CleanResult<never> | undefined {
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= SOI)) {
      return unclean("DAMAGED", `marker ${marker.toString(16)}`);
    }
    const head = this.#reader.take(2);
    const length = head === undefined ? 0 : ((head[0] ?? 0) << 8) | (head[1] ?? 0);
    const payload = length < 2 ? undefined : this.#reader.take(length - 2);
    if (payload === undefined) return unclean("DAMAGED", "a segment is cut off");
    if ((marker >= 0xe0 && marker <= 0xef) || marker === COM) {
      this.#metadata(marker, payload);
      return undefined;
    }
    if (FRAMES.includes(marker)) return this.#frameHeader(marker, payload);
    if (!this.#isKept(marker, payload)) {
      return unclean("UNSUPPORTED", `segment ${marker.toString(16)}`);
    }
    this.#write(marker, payload);
    return undefined;
  }

  #isKept(marker: number, payload: Uint8Array): boolean {
    switch (marker) {
      case DHT:
        return isHuffman(payload);
      case DQT:
        return isQuantization(payload);
      case DRI:
        return payload.length === 2;
      case SOS:
        this.#scans += 1;
        return (
          this.#frame !== undefined && isScan(payload) && this.#scans <= ATTACHMENT_LIMITS.scansMax
        );
      default:
        return false;
    }
  }

  #frameHeader(marker: number, payload: Uint8Array): CleanResult<never> | undefined {
    const frame = frameOf(payload);
    if (frame === undefined || this.#frame !== undefined) {
      return unclean("UNSUPPORTED", "not one frame of 8-bit samples");
    }
    const pixels = frame.width * frame.height;
    const { heldPixelsMax, imagePixelsMax } = ATTACHMENT_LIMITS;
    const most = marker === PROGRESSIVE ? heldPixelsMax : imagePixelsMax;
    if (pixels > most) return unclean("TOO_MANY_PIXELS", `${pixels} of ${most}`);
    this.#frame = frame;
    this.#write(marker, payload);
    return undefined;
  }

  #metadata(marker: number, payload: Uint8Array): void {
    const jfif = marker === 0xe0 && !this.#hasJfif ? plainJfif(payload) : undefined;
    const adobe = marker === 0xee && !this.#hasAdobe ? plainAdobe(payload) : undefined;
    const plain = jfif ?? adobe;
    if (plain === undefined) {
      this.#note(marker, payload);
      return;
    }
    this.#hasJfif ||= jfif !== undefined;
    this.#hasAdobe ||= adobe !== undefined;
    if (plain.length < payload.length + 4) {
      this.#removed.add(jfif === undefined ? "OTHER_METADATA" : "THUMBNAIL");
    }
    this.#sink(plain);
  }

  /** Says what a segment was that is left out. */
  #note(marker: number, payload: Uint8Array): void {
    if (marker === 0xe1 && startsWith(payload, "Exif\0")) {
      const { orientation, hasPlace } = parseExif(payload.subarray(6));
      this.#orientation = orientation;
      this.#removed.add("EXIF");
      if (hasPlace) this.#removed.add("GPS");
    } else if (marker === 0xe1 && startsWith(payload, "http://ns.adobe.com/x")) {
      this.#removed.add("XMP");
    } else if (marker === 0xe2 && startsWith(payload, "ICC_PROFILE\0")) {
      this.#removed.add("COLOUR_PROFILE");
    } else {
      this.#removed.add(marker === COM ? "COMMENT" : "OTHER_METADATA");
    }
  }

  #write(marker: number, payload: Uint8Array): void {
    const length = payload.length + 2;
    this.#sink(Uint8Array.of(0xff, marker, length >> 8, length & 0xff));
    this.#sink(payload);
  }

  /** Copies entropy-coded data up to the next marker, whose code it gives; -1 at the end. */
  #copyScan(): number {
    for (;;) {
      const shown = this.#reader.peek();
      if (shown === undefined) return -1;
      const at = shown.indexOf(0xff);
      if (at !== 0) {
        const plain = at < 0 ? shown : shown.subarray(0, at);
        this.#sink(plain);
        this.#reader.drop(plain.length);
        continue;
      }
      this.#reader.drop(1);
      let code = this.#reader.byte();
      while (code === 0xff) code = this.#reader.byte();
      if (code < 0) return -1;
      // A stuffed byte, or a restart: both belong to the picture.
      if (code !== 0 && (code < 0xd0 || code > 0xd7)) return code;
      this.#sink(Uint8Array.of(0xff, code));
    }
  }
}
