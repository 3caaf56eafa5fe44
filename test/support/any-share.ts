import fc from "fast-check";

const STEPS = 2 ** 30;

/**
 * A place in something, as a share of its length: from 0 to below 1, each as likely. Not fc.double,
 * which chooses among all doubles there are, and so nearly always a place at the very beginning.
 */
export function anyShare(): fc.Arbitrary<number> {
  return fc.noBias(fc.integer({ min: 0, max: STEPS - 1 })).map((step) => step / STEPS);
}
