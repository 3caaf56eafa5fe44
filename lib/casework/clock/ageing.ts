/**
 * Place of a quantile in a sorted list of so many values, from 0 (nearest rank): the smallest value
 * that at least this share of all do not exceed.
 */
export function rankOf(count: number, quantile: number): number {
  return Math.max(0, Math.ceil(quantile * count) - 1);
}

/** Quantiles that ages are told by (TP-CLOCK-7): a mean would hide what was forgotten. */
export const AGE_QUANTILES = { median: 0.5, p90: 0.9 } as const;
