import { regionOf } from "#reference";
import { MONITOR_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { percentileOf } from "#statistics";
import { addEncoded, type Histogram } from "../ingest/histogram.ts";
import type { Grouping } from "./breakdown.ts";

/** Periods that are read for the same States. */
export interface ReadGroup {
  readonly starts: readonly number[];
  /** `*`: the sum over all, as it is kept. */
  readonly states: readonly string[];
}

/** Which sums are read. */
export interface SumsQuestion {
  readonly cut: number;
  readonly status: number;
  readonly length: number;
  readonly groups: readonly ReadGroup[];
  /** Full days since 1970. */
  readonly asOf: number;
  readonly bySender: Grouping;
  readonly byKey: Grouping;
}

/** A sum; `state` and `key` are empty where it is not broken down, or nobody is named. */
export interface ReadSum {
  readonly start: number;
  readonly state: string;
  readonly key: string;
  readonly value: number;
  /** The newest day on which something of it became known. */
  readonly vintage: number;
}

/** Adds sums up; cut off where there are more rows than an answer has figures. */
export async function readSums(
  tx: Transaction,
  question: SumsQuestion,
): Promise<{ readonly sums: readonly ReadSum[]; readonly isCutOff: boolean }> {
  const { asOf, byKey, bySender, cut, groups, length, status } = question;
  const found: ReadSum[] = [];
  const isByRegion = bySender === "REGION" || byKey === "REGION";
  const rowsMax = isByRegion ? MONITOR_LIMITS.regionRowsMax : MONITOR_LIMITS.figuresMax;
  const [byState, byEach] = [bySender !== "ALL", byKey !== "ALL"];
  const apart = ["start", ...(byState ? ["state"] : []), ...(byEach ? ["key"] : [])].join(", ");
  for (const { starts, states } of groups) {
    const rows = await tx.all<SqlRow & ReadSum>(
      `SELECT start, ${byState ? "state" : "'' AS state"}, ${byEach ? "key" : "'' AS key"},
         CAST(sum(value) AS INTEGER) AS value, max(vintage) AS vintage
       FROM monitor_cell
       WHERE cut = ? AND status = ? AND length = ?
         AND start IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
         AND state IN (SELECT value FROM json_each(?)) AND vintage <= ?
       GROUP BY ${apart} ORDER BY ${apart} LIMIT ?`,
      ...[cut, status, length, JSON.stringify(starts), JSON.stringify(states), asOf],
      rowsMax + 1,
    );
    found.push(...rows);
  }
  const isCutOff = found.length > rowsMax;
  return { sums: isByRegion ? inRegions(found, question) : found, isCutOff };
}

/** The same by region of the sender, of whom it went to, or of both. */
function inRegions(
  rows: readonly ReadSum[],
  { byKey, bySender }: Pick<SumsQuestion, "byKey" | "bySender">,
): ReadSum[] {
  const sums = new Map<string, ReadSum>();
  for (const row of rows) {
    const state = grouped(row.state, bySender);
    const key = grouped(row.key, byKey);
    const at = `${row.start} ${state} ${key}`;
    const sum = sums.get(at);
    const value = row.value + (sum?.value ?? 0);
    const vintage = Math.max(row.vintage, sum?.vintage ?? 0);
    sums.set(at, { start: row.start, state, key, value, vintage });
  }
  return [...sums.values()].toSorted((one, other) => one.start - other.start);
}

function grouped(code: string, by: Grouping): string {
  return by === "REGION" ? (regionOf(code) ?? "") : code;
}

/** Medians and 90th percentiles of one period, and of who they are broken down by. */
export interface ReadHours {
  readonly start: number;
  readonly state: string;
  readonly median: number;
  readonly p90: number;
  readonly vintage: number;
}

/** Adds histograms up and reads their percentiles (TP-MON-8). */
export async function readHours(
  tx: Transaction,
  question: Omit<SumsQuestion, "byKey">,
): Promise<ReadHours[]> {
  const { asOf, bySender, cut, groups, length, status } = question;
  const sums = new Map<string, { start: number; state: string; all: Histogram; vintage: number }>();
  for (const { starts, states } of groups) {
    const rows = await tx.all<
      SqlRow & { start: number; state: string; vintage: number; counts: Uint8Array }
    >(
      `SELECT start, state, vintage, counts FROM monitor_histogram
       WHERE cut = ? AND status = ? AND length = ?
         AND start IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
         AND state IN (SELECT value FROM json_each(?)) AND vintage <= ?
       ORDER BY start, state, vintage`,
      ...[cut, status, length, JSON.stringify(starts), JSON.stringify(states), asOf],
    );
    for (const { counts, start, vintage, ...row } of rows) {
      const state = bySender === "ALL" ? "" : grouped(row.state, bySender);
      const key = `${start} ${state}`;
      const sum = sums.get(key) ?? { start, state, all: new Map(), vintage: 0 };
      addEncoded(sum.all, counts);
      sum.vintage = Math.max(sum.vintage, vintage);
      sums.set(key, sum);
    }
  }
  return [...sums.values()].map(({ all, ...rest }) => {
    return { ...rest, median: percentileOf(all, 50) ?? 0, p90: percentileOf(all, 90) ?? 0 };
  });
}
