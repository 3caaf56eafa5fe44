/**
 * Prints of the events of one day: place in the log and the first bytes of the digest, 16 bytes for
 * each, in the order of the log (TP-MON-25).
 */
export const PRINT_BYTES = 16;
const INDEX_BYTES = 8;

/** The print of one event. */
export function printOf(index: number, digest: Uint8Array): Uint8Array {
  const print = new Uint8Array(PRINT_BYTES);
  new DataView(print.buffer).setBigUint64(0, BigInt(index));
  print.set(digest.subarray(0, PRINT_BYTES - INDEX_BYTES), INDEX_BYTES);
  return print;
}

/** Places in the log at which one of two days has an event that the other has not, or otherwise. */
export function differingIndices(one: Uint8Array, other: Uint8Array): number[] {
  const [before, now] = [printsIn(one), printsIn(other)];
  const indices = new Set([...before.keys(), ...now.keys()]);
  return [...indices]
    .filter((index) => before.get(index) !== now.get(index))
    .toSorted((first, second) => first - second);
}

function printsIn(bytes: Uint8Array): ReadonlyMap<number, bigint> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const prints = new Map<number, bigint>();
  for (let at = 0; at + PRINT_BYTES <= bytes.byteLength; at += PRINT_BYTES) {
    prints.set(Number(view.getBigUint64(at)), view.getBigUint64(at + INDEX_BYTES));
  }
  return prints;
}
