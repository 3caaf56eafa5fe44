import { ExchangeStatus, PeriodLength } from "#proto";
import { type SqlRow, type Transaction, WATCH_LIMITS } from "#runtime";
import { dayOf } from "#statistics";
import { ALL_STATES } from "../ingest/count-event.ts";
import { CUTS } from "../ingest/cuts.ts";
import { DAY_HOURS } from "../periods.ts";
import type { Discrepancy, OpenRequests, Readings } from "./readings.ts";

const MESSAGES_BY_KIND = cutOf("MESSAGES", "KIND");
const REFUSALS_BY_CODE = cutOf("REFUSALS", "CODE");

/** What is known of the watching itself. */
interface Watching {
  readonly nowMs: number;
  readonly startedOn: number;
  /** State → since when it is named. */
  readonly named: ReadonlyMap<string, number>;
}

/**
 * Reads what rules look at, of one moment (TP-WATCH-5). Records are those of Actual: Exercise and
 * Test break nobody's silence and refuse nothing. Costs as much as a month has rows.
 */
export async function readReadings(tx: Transaction, watching: Watching): Promise<Readings> {
  const { named, nowMs, startedOn } = watching;
  const [fed, first, heard, open, refusals, discrepancies] = await Promise.all([
    tx.get<SqlRow & { at: number | null }>("SELECT max(made_at) AS at FROM monitor_feed"),
    tx.get<SqlRow & { hour: number | null }>("SELECT min(hour) AS hour FROM monitor_event"),
    tx.all<SqlRow & { state: string; day: number }>("SELECT state, day FROM watch_heard"),
    openRequests(tx),
    refusalsSince(tx, dayOf(nowMs) - 2 * WATCH_LIMITS.comparedDays - 1),
    differingDays(tx),
  ]);
  const fedAt = fed?.at ?? undefined;
  const fedOn = fedAt === undefined ? undefined : dayOf(fedAt);
  const firstHour = first?.hour ?? undefined;
  return {
    ...{ today: dayOf(nowMs), startedOn, named, open, refusals, discrepancies },
    ...{ fedOn, openOn: fedOn, daysKnown: undefined, unknown: new Set() },
    firstDay: firstHour === undefined ? undefined : Math.floor(firstHour / DAY_HOURS),
    lastRecord: new Map(heard.map(({ day, state }) => [state, day])),
  };
}

/**
 * Notes the newest record of each State, of days from `from` on; those before were noted. What no
 * State is named of is noted under "".
 */
export async function noteHeard(tx: Transaction, from: number): Promise<void> {
  await tx.run(
    `INSERT INTO watch_heard (state, day)
     SELECT state, max(start) / ${DAY_HOURS} FROM monitor_cell
     WHERE cut = ? AND status = ? AND length = ? AND start >= ? AND state <> ?
     GROUP BY state
     ON CONFLICT (state) DO UPDATE SET day = excluded.day WHERE excluded.day > watch_heard.day`,
    ...[MESSAGES_BY_KIND, ExchangeStatus.ACTUAL, PeriodLength.DAY, from * DAY_HOURS],
    ALL_STATES,
  );
}

async function openRequests(tx: Transaction): Promise<OpenRequests[]> {
  const rows = await tx.all<SqlRow & { state: string; day: number; open: number }>(
    "SELECT state, day, open FROM monitor_open WHERE status = ? AND open > 0",
    ExchangeStatus.ACTUAL,
  );
  return rows
    .filter(({ state }) => state !== "")
    .map(({ day, open, state }) => {
      return { state: state === ALL_STATES ? "" : state, day, requests: open };
    });
}

async function refusalsSince(tx: Transaction, day: number): Promise<Readings["refusals"]> {
  const rows = await tx.all<SqlRow & { key: string; start: number; total: number }>(
    `SELECT key, start, sum(value) AS total FROM monitor_cell
     WHERE cut = ? AND status = ? AND length = ? AND start >= ? AND state = ?
     GROUP BY key, start`,
    ...[REFUSALS_BY_CODE, ExchangeStatus.ACTUAL, PeriodLength.DAY, day * DAY_HOURS],
    ALL_STATES,
  );
  const byCode = new Map<string, Map<number, number>>();
  for (const { key, start, total } of rows) {
    const days = byCode.get(key) ?? new Map<number, number>();
    byCode.set(key, days);
    days.set(Math.floor(start / DAY_HOURS), Number(total));
  }
  return byCode;
}

async function differingDays(tx: Transaction): Promise<Discrepancy[]> {
  const rows = await tx.all<
    SqlRow & { day: number; first_index: number | null; last_index: number | null }
  >(
    `SELECT day, first_index, last_index FROM monitor_day WHERE differences <> '[]'
     ORDER BY day DESC LIMIT ?`,
    WATCH_LIMITS.discrepanciesMax,
  );
  return rows.map(({ day, first_index: first, last_index: last }) => {
    return { day, firstIndex: first ?? undefined, lastIndex: last ?? undefined };
  });
}

function cutOf(measure: string, dimension: string): number | null {
  const cut = CUTS.find((one) => one.measure === measure && one.dimension === dimension);
  return cut?.id ?? null;
}
