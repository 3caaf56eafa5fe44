/**
 * The smallest value that so many percent of all values do not exceed, which is one of them
 * (nearest rank); undefined where there is none. The median is that of 50 percent. Takes values
 * and how often each occurs, in any order; `percent` is whole, so that no rank is rounded.
 */
export function percentileOf(
  values: Iterable<readonly [value: number, times: number]>,
  percent: number,
): number | undefined {
  const rising = [...values].toSorted(([one], [other]) => one - other);
  const size = rising.reduce((sum, [, times]) => sum + times, 0);
  const rank = Math.max(1, Math.ceil((size * percent) / 100));
  let passed = 0;
  for (const [value, times] of rising) {
    passed += times;
    if (passed >= rank) return value;
  }
  return undefined;
}
