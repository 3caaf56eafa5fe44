import fc from "fast-check";
import { anyMutation, anySplice } from "../support/altered-bytes.ts";
import { keptFor } from "./corpus.ts";

/** Longest input of random bytes; kept inputs are a few kilobytes. */
const RANDOM_BYTES_MAX = 400;

/** What a parser is tried on: kept inputs with a few changes, and now and then random bytes. */
export function anyInput(corpus: string): fc.Arbitrary<Uint8Array> {
  const random = fc.uint8Array({ maxLength: RANDOM_BYTES_MAX });
  const seeds = keptFor(corpus).map(({ bytes }) => bytes);
  if (seeds.length === 0) return random;
  const change = fc.oneof(
    { arbitrary: anyMutation(), weight: 2 },
    { arbitrary: anySplice(seeds), weight: 1 },
  );
  const altered = fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 5 }))
    .map(([seed, changes]) => changes.reduce((bytes, one) => one(bytes), seed));
  return fc.oneof({ arbitrary: altered, weight: 9 }, { arbitrary: random, weight: 1 });
}
