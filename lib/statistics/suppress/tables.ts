import { CellStatus, type StatisticsCell, type StatisticsTable } from "#proto";

/** When a count is withheld. */
export interface SuppressionPolicy {
  /** Pieces; a count from 1 up to and without it is withheld. */
  readonly threshold: number;
  /** A count of which one State has more than this share is withheld; 0 to 1. */
  readonly dominance: number;
}

/** The default of the product: five, and 85 per cent. */
export const SUPPRESSION_POLICY: SuppressionPolicy = { threshold: 5, dominance: 0.85 };

/** One cell as it was counted. */
export interface CountedCell {
  /** One for each dimension of its table, in that sequence; "" where it is a total. */
  readonly keys: readonly string[];
  /** Pieces, or hours of a quantile; null: nothing is known, which is not zero. */
  readonly value: number | null;
  /** Pieces by State, ISO 3166-1 alpha-2, of the value or of `of`; for the dominance rule. */
  readonly byState?: Readonly<Record<string, number>>;
  /** Of a quantile: how many times it is of. */
  readonly of?: number;
  /**
   * Of a table of named States, told to nobody: STATE, of one that is not named in it; REST, of all
   * that are not named, together; their keys are of no State. What is named cannot be subtracted
   * from a sum to find either (TP-STAT-16). ELSEWHERE: of one that another table names.
   */
  readonly unnamed?: "STATE" | "REST" | "ELSEWHERE";
}

/** One table of one period and body, exact; it never leaves the gateway. */
export interface CountedTable {
  /** As it is published, such as TRACE_REQUESTS_BY_PRIORITY. */
  readonly name: string;
  /** What is counted, such as TRACE_REQUESTS. Tables of one measure and period share totals. */
  readonly measure: string;
  /** A quantile, such as a median, belongs to the counts of the same measure. */
  readonly figure: "COUNT" | "QUANTILE";
  /** Code of the body it is counted for. */
  readonly body: string;
  /** States it is counted over, ISO 3166-1 alpha-2; for tables of bodies that overlap. */
  readonly members: readonly string[];
  /** 2026, 2026-10, 2026-10-03 or 2026-10-03T14, in UTC. */
  readonly period: string;
  /** 1, 2, 3 … of this body and period. */
  readonly vintage: number;
  readonly dimensions: readonly string[];
  /** Keys by dimension that all of its counts share: what its measure is a part of. */
  readonly within?: Readonly<Record<string, string>>;
  /** The dimension in which some States are named and the rest is not (TP-STAT-16). */
  readonly namedBy?: string;
  /** Dimensions over which its counts add up, where not all. */
  readonly sumsOver?: readonly string[];
  /** States whose share of its cells a table names by consent: no dominance of theirs is secret. */
  readonly named?: readonly string[];
  /** One that is not listed is zero; a total that is not listed is told to nobody. */
  readonly cells: readonly CountedCell[];
}

/** A counted cell, and what of it is shown. */
export interface SafeCell extends CountedCell {
  readonly status: CellStatus;
  /**
   * What is shown; 0 where it is withheld. It may be the one of an earlier vintage, where the
   * revision would give a small number away (TP-STAT-12).
   */
  readonly shown: number;
}

/** A counted table with what of it is shown. Plain data: to be kept as JSON for `earlier`. */
export interface SafeTable extends CountedTable {
  readonly cells: readonly SafeCell[];
}

/** What leaves of a table. */
export function publishedTable({ cells, dimensions, name }: SafeTable): StatisticsTable {
  const published = cells
    .filter(({ unnamed }) => unnamed === undefined)
    .map(({ keys, shown, status }): StatisticsCell => ({ keys: [...keys], status, value: shown }));
  return { name, dimensions: [...dimensions], cells: published };
}

/** Percent of one published count in another, whole: it tells no more than the two (TP-STAT-13). */
export function publishedRate(part: StatisticsCell, whole: StatisticsCell): StatisticsCell {
  const withheld = [whole, part].find(({ status }) => status !== CellStatus.PUBLISHED);
  if (withheld !== undefined) return { keys: [...part.keys], status: withheld.status, value: 0 };
  if (whole.value === 0) return { keys: [...part.keys], status: CellStatus.MISSING, value: 0 };
  const value = Math.round((100 * part.value) / whole.value);
  return { keys: [...part.keys], status: CellStatus.PUBLISHED, value };
}

/** Whether one State that is not named has nearly all, more than the share (dominance rule). */
export function isDominated(
  byState: Readonly<Record<string, number>> | undefined,
  { named = [], share }: { readonly named?: readonly string[] | undefined; readonly share: number },
): boolean {
  const parts = Object.entries(byState ?? {});
  const whole = parts.reduce((sum, [, part]) => sum + Math.abs(part), 0);
  return parts.some(([state, part]) => Math.abs(part) > share * whole && !named.includes(state));
}
