import { readSync } from "node:fs";
import type Vips from "wasm-vips";
import { ATTACHMENT_LIMITS } from "#runtime";
import type { ImageFacts } from "./clean-result.ts";

/** Sizes and qualities that are tried, until a preview is small enough. */
const TRIES = [
  { side: ATTACHMENT_LIMITS.previewSideMax, quality: 80 },
  { side: ATTACHMENT_LIMITS.previewSideMax, quality: 60 },
  { side: 1_200, quality: 55 },
  { side: 900, quality: 50 },
  { side: 600, quality: 45 },
  { side: 300, quality: 40 },
] as const;

const READ_BYTES = 64 * 1024;
const WASM_PAGE_BYTES = 64 * 1024;

/**
 * Loads the image library with room for no more than `imageMemoryBytesMax` and for JPEG and PNG
 * alone. Only for a thread of its own: it narrows what WebAssembly gives.
 */
export async function loadImages(): Promise<typeof Vips> {
  const most = Math.floor(ATTACHMENT_LIMITS.imageMemoryBytesMax / WASM_PAGE_BYTES);
  // The library asks for up to 2 GiB and takes no setting for it.
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(asked: WebAssembly.MemoryDescriptor) {
      super({ ...asked, maximum: Math.min(asked.maximum ?? most, most) });
    }
  };
  const { default: load } = await import("wasm-vips");
  const vips = await load({ dynamicLibraries: [], printErr: () => {} });
  vips.concurrency(1);
  vips.Cache.max(0);
  vips.operationBlock("VipsForeignLoad", true);
  vips.operationBlock("VipsForeignLoadJpeg", false);
  vips.operationBlock("VipsForeignLoadPng", false);
  return vips;
}

/**
 * A small upright JPEG of an image (TP-ATT-5): decoded and encoded anew, so that no byte of the
 * file is in it. Throws what the library throws when the image does not decode.
 */
export function makePreview(vips: typeof Vips, file: number, facts: ImageFacts): Uint8Array {
  const large = decode(vips, file, facts.orientation);
  let smallest: Uint8Array = new Uint8Array();
  for (const { side, quality } of TRIES) {
    const sized =
      Math.max(large.width, large.height) <= side
        ? large
        : large.thumbnailImage(side, { height: side, size: "down" });
    smallest = sized.jpegsaveBuffer({ Q: quality, keep: "none", optimize_coding: true });
    if (smallest.length <= ATTACHMENT_LIMITS.previewBytesMax) break;
  }
  return smallest;
}

function decode(vips: typeof Vips, file: number, orientation: number): Vips.Image {
  let position = 0;
  const source = new vips.SourceCustom();
  source.onRead = (length) => {
    const bytes = new Uint8Array(Math.min(length, READ_BYTES));
    const count = readSync(file, bytes, 0, bytes.length, position);
    position += count;
    return count === 0 ? undefined : bytes.subarray(0, count);
  };
  source.onSeek = (offset, whence) => {
    if (whence === 2) return -1;
    position = whence === 0 ? offset : position + offset;
    return position;
  };
  const side = ATTACHMENT_LIMITS.previewSideMax;
  const small = vips.Image.thumbnailSource(source, side, {
    height: side,
    size: "down",
    fail_on: "error",
    no_rotate: true,
  });
  const plain = small.hasAlpha() ? small.flatten({ background: [255] }) : small;
  // Into memory once: it is encoded more than once, and a stream is read but once.
  return upright(plain.colourspace("srgb").cast("uchar").copyMemory(), orientation);
}

/** Turns and mirrors as EXIF's numbers say. */
function upright(image: Vips.Image, orientation: number): Vips.Image {
  const turn = ({ 3: "d180", 5: "d90", 6: "d90", 7: "d270", 8: "d270" } as const)[orientation];
  const turned = turn === undefined ? image : image.rot(turn);
  if (orientation === 4) return turned.flip("vertical");
  return [2, 5, 7].includes(orientation) ? turned.flip("horizontal") : turned;
}
