import {
  CellStatus,
  ExchangeStatus,
  PeriodLength,
  type StatisticsCell,
  StatisticsTable,
} from "#proto";
import { type SqlRow, type Transaction, WATCH_LIMITS } from "#runtime";
import { dayName, dayOf } from "#statistics";
import { dayNamed, overOn, periodAt } from "../periods.ts";
import type { OpenRequests, Readings } from "./readings.ts";

/** What is known of the watching itself. */
interface Watching {
  readonly nowMs: number;
  readonly startedOn: number;
  /** States whose volumes are told by consent, and their events are not → since when. */
  readonly named: ReadonlyMap<string, number>;
}

/** A table of the newest vintage of a period. */
interface ReleasedTable {
  /** The day on which its period was over, since 1970. */
  readonly overOn: number;
  readonly cells: readonly StatisticsCell[];
}

const VOLUMES = "MESSAGES_BY_STATE_AND_KIND";
const REFUSALS = "REFUSALS_BY_CODE";
const OPEN = "OPEN_REQUESTS_BY_AGE";

/**
 * Reads what rules look at from releases of Actual (TP-WATCH-13): as the readings of events, but by
 * the days that were released and the newest month. Costs as much as two months have releases.
 */
export async function readReleased(tx: Transaction, watching: Watching): Promise<Readings> {
  const { named, nowMs, startedOn } = watching;
  const today = dayOf(nowMs);
  const since = today - 2 * WATCH_LIMITS.comparedDays - WATCH_LIMITS.releasedDaysLate;
  const days = await tablesOf(tx, PeriodLength.DAY, REFUSALS, dayName(since));
  const months = await tablesOf(tx, PeriodLength.MONTH, OPEN, dayName(since).slice(0, 7));
  const heard = await tx.all<SqlRow & { state: string; day: number; known_on: number }>(
    "SELECT state, day, known_on FROM watch_released",
  );
  const newest = await newestDay(tx);
  const isTold = (state: string): boolean =>
    heard.some((one) => one.state === state && one.known_on === newest);
  const monthOn = months.at(-1)?.overOn;
  const daysKnown = new Set(days.map(({ overOn: over }) => over - 1));
  return {
    ...{ today, startedOn, daysKnown, refusals: refusalsIn(days), discrepancies: [] },
    fedOn: newest === undefined ? undefined : newest + 1,
    firstDay: daysKnown.size === 0 ? undefined : Math.min(...daysKnown),
    named,
    // Of a State that the newest day has no row of nothing is known.
    unknown: new Set([...named.keys()].filter((state) => !isTold(state))),
    lastRecord: new Map(heard.filter(({ day }) => day > 0).map(({ day, state }) => [state, day])),
    openOn: monthOn,
    open: months.filter((one) => one.overOn === monthOn).flatMap(openIn),
  };
}

/**
 * Notes the newest released day on which each named State has a record, of releases after a number
 * of the feed. A count that is withheld is one at least.
 */
export async function noteReleased(tx: Transaction, afterNumber: number): Promise<void> {
  const rows = await tx.all<SqlRow & { period: string; content: Uint8Array }>(
    `SELECT release.period, held.content FROM monitor_release AS release
     JOIN monitor_release_table AS held ON held.release_id = release.id
     WHERE release.number > ? AND release.length = ? AND release.status = ? AND held.name = ?`,
    ...[afterNumber, PeriodLength.DAY, ExchangeStatus.ACTUAL, VOLUMES],
  );
  for (const { content, period } of rows) {
    const day = dayNamed(period) ?? 0;
    for (const { keys, status, value } of StatisticsTable.decode(content).cells) {
      const [state = "", kind = ""] = keys;
      if (kind !== "" || state === "" || status === CellStatus.MISSING) continue;
      const heardOn = status === CellStatus.PUBLISHED && value === 0 ? 0 : day;
      await tx.run(
        `INSERT INTO watch_released (state, day, known_on) VALUES (?, ?, ?)
         ON CONFLICT (state) DO UPDATE SET
           day = CASE WHEN excluded.day > watch_released.day THEN excluded.day
             ELSE watch_released.day END,
           known_on = CASE WHEN excluded.known_on > watch_released.known_on THEN excluded.known_on
             ELSE watch_released.known_on END`,
        ...[state, heardOn, day],
      );
    }
  }
}

async function newestDay(tx: Transaction): Promise<number | undefined> {
  const row = await tx.get<SqlRow & { period: string | null }>(
    "SELECT max(period) AS period FROM monitor_release WHERE length = ? AND status = ?",
    PeriodLength.DAY,
    ExchangeStatus.ACTUAL,
  );
  return row?.period ? dayNamed(row.period) : undefined;
}

/** One table of each period since one and body, of its newest vintage, by period. */
async function tablesOf(
  tx: Transaction,
  length: PeriodLength,
  name: string,
  since: string,
): Promise<ReleasedTable[]> {
  const rows = await tx.all<SqlRow & { body: string; period: string; content: Uint8Array }>(
    `SELECT release.body, release.period, held.content FROM monitor_release AS release
     JOIN monitor_release_table AS held ON held.release_id = release.id
     WHERE release.length = ? AND release.status = ? AND release.period >= ? AND held.name = ?
     ORDER BY release.period, release.vintage`,
    ...[length, ExchangeStatus.ACTUAL, since, name],
  );
  const newest = new Map(rows.map((row) => [`${row.period} ${row.body}`, row]));
  return [...newest.values()].map(({ content, period }) => {
    const first = dayNamed(period.padEnd(10, "-01")) ?? 0;
    return {
      overOn: overOn(periodAt(length, first * 24)),
      cells: StatisticsTable.decode(content).cells,
    };
  });
}

/** A count that is withheld for its own size is below what is said; another may be anything. */
function countOf({ status, value }: StatisticsCell): number | null {
  if (status === CellStatus.PUBLISHED) return value;
  return status === CellStatus.PRIMARY ? WATCH_LIMITS.countMin - 1 : null;
}

/** Of two bodies the one with more; what is not known of either is not known. */
function larger(one: number | null | undefined, other: number | null): number | null {
  if (one === undefined) return other;
  return one === null || other === null ? null : Math.max(one, other);
}

function refusalsIn(days: readonly ReleasedTable[]): Readings["refusals"] {
  const byCode = new Map<string, Map<number, number | null>>();
  for (const { cells, overOn: over } of days) {
    for (const cell of cells) {
      const [code = ""] = cell.keys;
      if (code === "") continue;
      const counts = byCode.get(code) ?? new Map<number, number | null>();
      byCode.set(code, counts);
      counts.set(over - 1, larger(counts.get(over - 1), countOf(cell)));
    }
  }
  return byCode;
}

/** Open requests by age, as if all of an age were made on the newest day it may have. */
function openIn({ cells, overOn: over }: ReleasedTable): OpenRequests[] {
  return cells.flatMap(({ keys, status, value }) => {
    const age = /^(?:(\d+)_|BELOW_)/u.exec(keys[0] ?? "");
    if (age === null) return [];
    const day = over - Number(age[1] ?? 0) - 1;
    return [{ state: "", day, requests: status === CellStatus.PUBLISHED ? value : null }];
  });
}
