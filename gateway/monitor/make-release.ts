import {
  type ExchangeStatus,
  type PeriodLength,
  type StatisticsCell,
  StatisticsRelease,
  type StatisticsTable,
} from "#proto";
import {
  type CountedTable,
  type NamedStates,
  publishedRate,
  publishedTable,
  type SafeTable,
  SUPPRESSION_POLICY,
} from "#statistics";
import type { ReleaseCounts } from "../store/monitor/release-counts.ts";
import { tablesOfNamed, tablesOfSums } from "./release-tables.ts";

/** Of what a release is. */
export interface ReleaseAbout {
  readonly body: string;
  /** Its members in the period, ISO 3166-1 alpha-2. */
  readonly members: readonly string[];
  /** Whom it may name (TP-FEED-15); null: nobody, as in releases of days. */
  readonly named: NamedStates | null;
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

/** Nobody has consented to anything. */
const NOBODY: NamedStates = { VOLUMES: [], OUTCOMES: [], TIMELINESS: [], ROUTES: [] };

/** A release whose tables are still to be made safe. */
export interface PlannedRelease {
  readonly tables: readonly CountedTable[];
  /** Gives what leaves, and what is kept for the releases to come. */
  finish(safe: readonly SafeTable[]): {
    readonly release: StatisticsRelease;
    readonly safe: readonly SafeTable[];
  };
}

/**
 * Makes the tables of a release of what was counted (TP-FEED-10, TP-FEED-15). They leave when they
 * were made safe, all of them together and with what was released before.
 */
export function planRelease(about: ReleaseAbout, counts: ReleaseCounts): PlannedRelease {
  const { body, length, members, period, releasedOn, status, vintage } = about;
  const of = { body, members, period, vintage };
  const named = about.named ?? NOBODY;
  return {
    tables: [...tablesOfSums(counts, of, named), ...tablesOfNamed(counts, of, named)],
    finish: (safe) => {
      const tables = safe.map(publishedTable).filter(({ cells }) => cells.length > 0);
      const release = StatisticsRelease.create({
        ...{ body, length, period, vintage, releasedOn, status },
        threshold: SUPPRESSION_POLICY.threshold,
        statesExpected: members.length,
        statesReporting: counts.reporting.length,
        tables: [...tables, ...tables.flatMap(ratesOf)],
      });
      return { release, safe };
    },
  };
}

/** How many of a hundred requests were answered; it tells no more than what it is made of. */
function ratesOf({ cells, dimensions, name }: StatisticsTable): StatisticsTable[] {
  if (!name.startsWith("TRACE_REQUESTS_ASKED_BY_")) return [];
  const states = cells.filter(({ keys }) => keys.at(-1) === "");
  const rate = (whole: StatisticsCell): StatisticsCell => {
    const keys = whole.keys.slice(0, -1);
    const answered = cells.find((one) => one.keys.join() === [...keys, "YES"].join());
    const none = { keys, status: whole.status, value: 0 };
    return { ...publishedRate(answered ?? none, whole), keys };
  };
  const isNamed = dimensions.length > 1;
  return [
    {
      name: isNamed ? "RESPONSE_RATE_BY_STATE" : "RESPONSE_RATE",
      dimensions: dimensions.slice(0, -1),
      cells: states.map(rate),
    },
  ];
}
