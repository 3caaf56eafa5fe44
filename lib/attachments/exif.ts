/** What is taken from EXIF before it is removed. */
export interface ExifFacts {
  /** 1 to 8; 1 when EXIF does not say. */
  readonly orientation: number;
  /** Whether it says where the picture was taken. */
  readonly hasPlace: boolean;
}

const UPRIGHT = 1;
const TAG_ORIENTATION = 0x0112;
const TAG_GPS = 0x8825;
const TYPE_SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * Reads orientation and the presence of a place from a TIFF block, as EXIF is one: the first
 * directory only, nothing is followed. What makes no sense says nothing; it is removed anyway.
 */
export function parseExif(tiff: Uint8Array): ExifFacts {
  const nothing = { orientation: UPRIGHT, hasPlace: false };
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return nothing;
  const isLittle = view.getUint16(0) === 0x4949;
  if (!isLittle && view.getUint16(0) !== 0x4d4d) return nothing;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return nothing;
  const entries = view.getUint16(directory, isLittle);
  let { orientation, hasPlace } = nothing;
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > tiff.length) break;
    const tag = view.getUint16(entry, isLittle);
    if (tag === TAG_GPS) hasPlace = true;
    if (tag !== TAG_ORIENTATION || view.getUint16(entry + 2, isLittle) !== TYPE_SHORT) continue;
    const value = view.getUint16(entry + 8, isLittle);
    if (value >= 1 && value <= 8) orientation = value;
  }
  return { orientation, hasPlace };
}
