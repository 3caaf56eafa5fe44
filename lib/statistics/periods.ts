/** Texts of an hour, a day, a month and a year, by length. */
const LENGTHS = [13, 10, 7, 4] as const;

/** The period a period lies in, one step longer: the day of an hour; undefined of a year. */
export function periodAround(period: string): string | undefined {
  const length = LENGTHS.find((one) => one < period.length);
  return length === undefined ? undefined : period.slice(0, length);
}

/** How many periods of the next shorter length it has: hours of a day, days of a month. */
export function periodsWithin(period: string): number {
  if (period.length === 4) return 12;
  if (period.length === 10) return 24;
  const [year = 0, month = 0] = period.split("-").map(Number);
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
