/** Numerator and denominator of one State as they are published; null: withheld. */
export interface NationalCounts {
  /** Arms of which the origin was established. */
  readonly numerator: number | null;
  /** Arms recovered. */
  readonly denominator: number | null;
}

/** Indicator 16.4.2 over several States. */
export interface RegionalIndicator {
  readonly numerator: number;
  readonly denominator: number;
  /** Percent; null where no arm was recovered, or no State is in it. */
  readonly value: number | null;
  /** States that are in it. */
  readonly states: number;
}

const PERCENT = 100;

/**
 * Indicator 16.4.2 of a region: the sum of numerators by that of denominators, not the mean of
 * values (TP-STAT-17). Of a State of which either is withheld neither is in it: so it is a sum of
 * what is published, and gives away nothing that is not.
 */
export function regionalIndicator(counts: readonly NationalCounts[]): RegionalIndicator {
  let [numerator, denominator, states] = [0, 0, 0];
  for (const one of counts) {
    if (one.numerator === null || one.denominator === null) continue;
    numerator += one.numerator;
    denominator += one.denominator;
    states += 1;
  }
  const value = denominator === 0 ? null : (PERCENT * numerator) / denominator;
  return { numerator, denominator, value, states };
}
