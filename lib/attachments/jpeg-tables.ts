/** Checks of the JPEG segments that are kept: each must be exactly what it says (ITU-T T.81). */

/** Whether a DQT segment is whole tables and nothing else. */
export function isQuantization(payload: Uint8Array): boolean {
  let at = 0;
  while (at < payload.length) {
    const [precision, id] = nibbles(payload[at]);
    if (precision > 1 || id > 3) return false;
    at += 1 + 64 * (precision + 1);
  }
  return at === payload.length && at > 0;
}

/** Whether a DHT segment is whole tables and nothing else. */
export function isHuffman(payload: Uint8Array): boolean {
  let at = 0;
  while (at < payload.length) {
    const [tableClass, id] = nibbles(payload[at]);
    if (tableClass > 1 || id > 3 || at + 17 > payload.length) return false;
    let symbols = 0;
    for (let length = 1; length <= 16; length += 1) symbols += payload[at + length] ?? 0;
    if (symbols > 256) return false;
    at += 17 + symbols;
  }
  return at === payload.length && at > 0;
}

/** What a frame header says. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
}

/** Reads a frame header of 8-bit samples; undefined for any other. */
export function frameOf(payload: Uint8Array): Frame | undefined {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < 6 || view.getUint8(0) !== 8) return undefined;
  const [height, width, components] = [view.getUint16(1), view.getUint16(3), view.getUint8(5)];
  const isWhole = payload.length === 6 + 3 * components;
  const isKnown = components === 1 || components === 3 || components === 4;
  if (!isWhole || !isKnown || height === 0 || width === 0) return undefined;
  return { width, height, components };
}

/** Whether a scan header names as many components as it holds. */
export function isScan(payload: Uint8Array): boolean {
  const components = payload[0] ?? 0;
  return components >= 1 && components <= 4 && payload.length === 4 + 2 * components;
}

/** A JFIF segment of our own that keeps nothing but the density; undefined for any other. */
export function plainJfif(payload: Uint8Array): Uint8Array | undefined {
  if (payload.length < 14 || !startsWith(payload, "JFIF\0")) return undefined;
  const units = Math.min(payload[7] ?? 0, 2);
  return segment(0xe0, [...Buffer.from("JFIF\0"), 1, 1, units, ...payload.subarray(8, 12), 0, 0]);
}

/** An Adobe segment of our own that keeps the colour transform, which decoders need. */
export function plainAdobe(payload: Uint8Array): Uint8Array | undefined {
  if (payload.length < 12 || !startsWith(payload, "Adobe")) return undefined;
  const transform = Math.min(payload[11] ?? 0, 2);
  return segment(0xee, [...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, transform]);
}

/** Whether bytes begin with an ASCII text. */
export function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(
    bytes.buffer,
    bytes.byteOffset,
    text.length <= bytes.length ? text.length : 0,
  ).equals(Buffer.from(text));
}

function segment(marker: number, payload: readonly number[]): Uint8Array {
  const length = payload.length + 2;
  return Uint8Array.of(0xff, marker, length >> 8, length & 0xff, ...payload);
}

function nibbles(byte: number | undefined): [high: number, low: number] {
  const value = byte ?? 0;
  return [value >> 4, value & 15];
}
