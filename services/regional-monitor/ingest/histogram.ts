/**
 * Exact histograms of whole hours (TP-MON-8): hours and how often each occurred, as pairs of
 * unsigned 32-bit numbers, little-endian, the smallest hours first. Two of them add up.
 */
export type Histogram = Map<number, number>;

const PAIR_BYTES = 8;
const NUMBER_BYTES = 4;

/** What is kept with more added; empty where nothing is kept yet. */
export function addToEncoded(kept: Uint8Array, more: ReadonlyMap<number, number>): Uint8Array {
  const added = [...more].toSorted(([one], [other]) => one - other);
  const before = new DataView(kept.buffer, kept.byteOffset, kept.byteLength);
  const merged = new DataView(new ArrayBuffer(kept.byteLength + added.length * PAIR_BYTES));
  let [from, to] = [0, 0];
  const put = (hours: number, count: number): void => {
    merged.setUint32(to, hours, true);
    merged.setUint32(to + NUMBER_BYTES, count, true);
    to += PAIR_BYTES;
  };
  /** Takes over what has fewer hours. */
  const passUpTo = (hours: number): void => {
    while (from < kept.byteLength && before.getUint32(from, true) < hours) {
      put(before.getUint32(from, true), before.getUint32(from + NUMBER_BYTES, true));
      from += PAIR_BYTES;
    }
  };
  for (const [hours, count] of added) {
    passUpTo(hours);
    const isKept = from < kept.byteLength && before.getUint32(from, true) === hours;
    put(hours, count + (isKept ? before.getUint32(from + NUMBER_BYTES, true) : 0));
    if (isKept) from += PAIR_BYTES;
  }
  passUpTo(Number.POSITIVE_INFINITY);
  return new Uint8Array(merged.buffer.slice(0, to));
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
