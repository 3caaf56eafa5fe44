import fc from "fast-check";
import { anyShare } from "./any-share.ts";

/** One change to some bytes, at a place given as a share of their length. */
export type Mutation = (bytes: Uint8Array) => Uint8Array;

const place = anyShare();
const at = (share: number, bytes: Uint8Array) => Math.floor(share * bytes.length);

/** A byte turned, an end cut off, bytes put in, or a stretch repeated. */
export function anyMutation(): fc.Arbitrary<Mutation> {
  return fc.oneof(
    fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(
      ([share, mask]): Mutation =>
        (bytes) => {
          const copy = Uint8Array.from(bytes);
          const index = at(share, bytes);
          copy[index] = (copy[index] ?? 0) ^ mask;
          return copy;
        },
    ),
    place.map(
      (share): Mutation =>
        (bytes) =>
          bytes.slice(0, at(share, bytes)),
    ),
    fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 12 })).map(
      ([share, added]): Mutation =>
        (bytes) => {
          const index = at(share, bytes);
          return Buffer.concat([bytes.subarray(0, index), added, bytes.subarray(index)]);
        },
    ),
    fc.tuple(place, place).map(
      ([from, to]): Mutation =>
        (bytes) => {
          const [start, end] = [at(Math.min(from, to), bytes), at(Math.max(from, to), bytes)];
          return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
        },
    ),
  );
}

/** Values that lengths and counts are often taken for: none, all, one over, the largest. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xff] as const;

/** A stretch taken out, the start of one thing before the end of another, a length at its edge. */
export function anySplice(others: readonly Uint8Array[]): fc.Arbitrary<Mutation> {
  return fc.oneof(
    fc.tuple(place, place).map(
      ([from, to]): Mutation =>
        (bytes) => {
          const [start, end] = [at(Math.min(from, to), bytes), at(Math.max(from, to), bytes)];
          return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
        },
    ),
    fc.tuple(place, place, fc.nat()).map(
      ([from, to, which]): Mutation =>
        (bytes) => {
          const other = others[which % Math.max(1, others.length)] ?? bytes;
          return Buffer.concat([bytes.subarray(0, at(from, bytes)), other.subarray(at(to, other))]);
        },
    ),
    fc.tuple(place, fc.constantFrom(...EDGES), fc.integer({ min: 1, max: 10 })).map(
      ([share, edge, count]): Mutation =>
        (bytes) => {
          const copy = Uint8Array.from(bytes);
          const index = at(share, bytes);
          return copy.fill(edge, index, index + count);
        },
    ),
  );
}
