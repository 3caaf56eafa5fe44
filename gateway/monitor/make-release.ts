import { type ExchangeStatus, type PeriodLength, StatisticsRelease } from "#proto";
import {
  type CountedCell,
  type CountedTable,
  makeSafe,
  percentileOf,
  publishedTable,
  type SafeTable,
  SUPPRESSION_POLICY,
} from "#statistics";
import type { ReleaseCounts, ReleaseTimes } from "../store/monitor/release-counts.ts";

/** Of what a release is. */
export interface ReleaseAbout {
  readonly body: string;
  /** Its members in the period, ISO 3166-1 alpha-2. */
  readonly members: readonly string[];
  readonly length: PeriodLength;
  readonly period: string;
  readonly vintage: number;
  readonly releasedOn: string;
  readonly status: ExchangeStatus;
}

/** When a period begins, and the next one, ms since 1970. */
export function periodBounds(period: string): {
  readonly fromMs: number;
  readonly untilMs: number;
} {
  const [year = 0, month, day] = period.split("-").map(Number);
  const at = (years: number, months: number, days: number): number =>
    Date.UTC(year + years, (month ?? 1) - 1 + months, (day ?? 1) + days);
  const next = month === undefined ? at(1, 0, 0) : day === undefined ? at(0, 1, 0) : at(0, 0, 1);
  return { fromMs: at(0, 0, 0), untilMs: next };
}

/**
 * Makes the tables of a release of what was counted, and makes them safe with what was released
 * before (TP-FEED-10). Gives what leaves, and what is kept for the releases to come.
 */
export function makeRelease(
  about: ReleaseAbout,
  counts: ReleaseCounts,
  earlier: readonly SafeTable[],
): { readonly release: StatisticsRelease; readonly safe: readonly SafeTable[] } {
  const { body, length, members, period, releasedOn, status, vintage } = about;
  const of = { body, members, period, vintage };
  const counted = counts.tables.map(
    (table): CountedTable => ({
      ...of,
      ...{ name: table.name, measure: table.measure, figure: "COUNT" },
      dimensions: table.dimensions,
      cells: [
        ...Object.entries(table.counts).map(([key, byState]) => cellOf([key], byState)),
        cellOf([""], totalOf(Object.values(table.counts))),
      ],
    }),
  );
  const times = counts.times.flatMap((one) => tablesOfTimes(one, of));
  const safe = makeSafe([...counted, ...times], earlier);
  const release = StatisticsRelease.create({
    ...{ body, length, period, vintage, releasedOn, status },
    threshold: SUPPRESSION_POLICY.threshold,
    statesExpected: members.length,
    statesReporting: counts.reporting,
    tables: safe.map(publishedTable),
  });
  return { release, safe };
}

function cellOf(keys: readonly string[], byState: Readonly<Record<string, number>>): CountedCell {
  const value = Object.values(byState).reduce((sum, one) => sum + one, 0);
  return { keys, value, byState };
}

function totalOf(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const byState of parts) {
    for (const [state, records] of Object.entries(byState)) {
      total[state] = (total[state] ?? 0) + records;
    }
  }
  return total;
}

/** How many times there are, and their median and 90th percentile, exact by whole hour. */
function tablesOfTimes(
  { byState, hours, measure }: ReleaseTimes,
  of: Pick<CountedTable, "body" | "members" | "period" | "vintage">,
): CountedTable[] {
  const count = hours.reduce((sum, [, records]) => sum + records, 0);
  const quantile = (name: string, percent: number): CountedTable => ({
    ...of,
    ...{ name: `${name}_${measure}`, measure, figure: "QUANTILE", dimensions: [] },
    cells: [{ keys: [], value: percentileOf(hours, percent) ?? null, of: count, byState }],
  });
  return [
    {
      ...of,
      ...{ name: `TIMES_OF_${measure}`, measure, figure: "COUNT", dimensions: [] },
      cells: [{ keys: [], value: count, byState }],
    },
    quantile("MEDIAN", 50),
    quantile("P90", 90),
  ];
}
