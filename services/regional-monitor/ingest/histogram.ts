/**
 * Exact histograms of whole hours (TP-MON-8): hours and how often each occurred, as pairs of
 * unsigned 32-bit numbers, little-endian, the smallest hours first. Two of them add up.
 */
export type Histogram = Map<number, number>;

const PAIR_BYTES = 8;
const NUMBER_BYTES = 4;

/** As it is kept. */
export function encodeHistogram(histogram: ReadonlyMap<number, number>): Uint8Array {
  const pairs = [...histogram].toSorted(([one], [other]) => one - other);
  const bytes = new Uint8Array(pairs.length * PAIR_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, [hours, count]] of pairs.entries()) {
    view.setUint32(at * PAIR_BYTES, hours, true);
    view.setUint32(at * PAIR_BYTES + NUMBER_BYTES, count, true);
  }
  return bytes;
}

/** Adds what is kept to a histogram. */
export function addEncoded(histogram: Histogram, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += PAIR_BYTES) {
    addHours(histogram, view.getUint32(at, true), view.getUint32(at + NUMBER_BYTES, true));
  }
}

/** Adds so many of one value. */
export function addHours(histogram: Histogram, hours: number, count = 1): void {
  histogram.set(hours, (histogram.get(hours) ?? 0) + count);
}
