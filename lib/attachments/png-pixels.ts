import { createInflate, type Inflate } from "node:zlib";
import { ByteReader, type ReadAt } from "./byte-reader.ts";
import type { PngHead } from "./clean-png.ts";
import { type CleanResult, unclean } from "./clean-result.ts";

/**
 * Whether the pixels of a cleaned PNG are exactly as many as its head says: not one byte more after
 * inflating, which would be a bomb or something hidden, not one less, and nothing after the end of
 * the compressed data (TP-ATT-3). Inflates in portions; holds none of it.
 */
export async function checkPixels(read: ReadAt, head: PngHead): Promise<CleanResult<undefined>> {
  const expected = pixelBytes(head);
  const inflate = createInflate();
  let inflated = 0;
  let isOver = false;
  inflate.on("data", (part: Buffer) => {
    inflated += part.length;
    if (inflated > expected) isOver = true;
  });
  const ended = new Promise<boolean>((resolve) => {
    inflate.once("end", () => resolve(true));
    inflate.once("error", () => resolve(false));
    inflate.once("close", () => resolve(false));
  });
  let packed = 0;
  for (const part of pixelParts(read)) {
    packed += part.length;
    await write(inflate, part);
    if (isOver || inflate.destroyed || inflate.readableEnded) break;
  }
  if (isOver) {
    inflate.destroy();
    return unclean("TOO_COSTLY", "more pixels than its head says");
  }
  inflate.end();
  const isWhole = await ended;
  const isExact = inflated === expected && inflate.bytesWritten === packed;
  if (isWhole && isExact) return { ok: true, value: undefined };
  return unclean("DAMAGED", "its pixels are not as many as its head says");
}

function write(inflate: Inflate, part: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (inflate.destroyed || inflate.writableEnded) return resolve();
    const done = (): void => {
      inflate.off("error", done);
      resolve();
    };
    inflate.once("error", done);
    // Ours to keep until it is read: the reader's window is used again.
    inflate.write(Buffer.from(part), done);
  });
}

/** Content of the IDAT chunks of a PNG that has been cleaned, and so is well formed. */
function* pixelParts(read: ReadAt): Generator<Uint8Array> {
  const reader = new ByteReader(read);
  reader.skip(8);
  for (;;) {
    const start = reader.take(8);
    if (start === undefined) return;
    const head = Buffer.from(start);
    const isPixels = head.toString("latin1", 4) === "IDAT";
    let left = head.readUInt32BE(0);
    if (!isPixels) {
      reader.skip(left + 4);
      continue;
    }
    while (left > 0) {
      const shown = reader.peek();
      if (shown === undefined) return;
      const part = shown.subarray(0, left);
      yield part;
      reader.drop(part.length);
      left -= part.length;
    }
    reader.skip(4);
  }
}

/** Samples of a pixel by colour type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** First column and row, and distance of columns and rows, of each pass of Adam7. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function pixelBytes({ width, height, bitDepth, colourType, isInterlaced }: PngHead): number {
  const bits = bitDepth * (SAMPLES[colourType] ?? 0);
  const bytesOf = (columns: number, rows: number): number =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * bits) / 8));
  if (!isInterlaced) return bytesOf(width, height);
  return PASSES.reduce((sum, [x, y, dx, dy]) => {
    const columns = Math.max(0, Math.ceil((width - x) / dx));
    return sum + bytesOf(columns, Math.max(0, Math.ceil((height - y) / dy)));
  }, 0);
}
