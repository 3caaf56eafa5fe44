import { AlertKind, AlertMove, Kind, OutcomeClass, Priority, RefusalCode, TraceMove } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { type CountsByKey, dayOf } from "#statistics";
import { hourOf } from "./counted-record.ts";
import { SPREAD } from "./monitor-tables.ts";

/** Counts of one measure by State, in a table of at most one dimension. */
export interface ReleaseCount {
  readonly name: string;
  readonly measure: string;
  /** What its measure is a part of, by dimension. */
  readonly within?: Readonly<Record<string, string>>;
  readonly dimension: string;
  /** By key of the dimension, and by State, ISO 3166-1 alpha-2. */
  readonly counts: CountsByKey;
}

/** Times of one measure. */
export interface ReleaseTimes {
  readonly measure: string;
  /** Whole hours and how often, in rising order. */
  readonly hours: readonly (readonly [hours: number, records: number])[];
  /** The same of each State that was asked, ISO 3166-1 alpha-2. */
  readonly byState: Readonly<Record<string, ReleaseTimes["hours"]>>;
}

/** Everything that is counted of a period for a release. */
export interface ReleaseCounts {
  readonly tables: readonly ReleaseCount[];
  readonly times: readonly ReleaseTimes[];
  /** Messages by the State they came from, and the one they went to; "-": to none, or several. */
  readonly pairs: CountsByKey;
  /** States with any record. */
  readonly reporting: readonly string[];
}

/** A period, its States, and what is never mixed. */
export interface CountedPeriod {
  readonly fromMs: number;
  /** Without. */
  readonly untilMs: number;
  readonly status: number;
  /** ISO 3166-1 alpha-2; a record is one of the State of its sender. */
  readonly members: readonly string[];
  /** Whether what is open at its end is counted. */
  readonly withOpen: boolean;
  /** Until when requests of the period that were answered count as such; null: not counted. */
  readonly answeredBeforeMs: number | null;
}

interface CellRow extends SqlRow {
  readonly kind: number;
  readonly move: number;
  readonly priority: number;
  readonly outcome_class: number;
  readonly alert_move: number;
  readonly alert_kind: number;
  readonly code: number;
  readonly from_state: string;
  readonly to_state: string;
  readonly records: number;
}

interface SpreadRow extends SqlRow {
  readonly day: number;
  readonly measure: number;
  readonly from_state: string;
  readonly to_state: string;
  readonly value: number;
  readonly records: number;
}

/** Moves that answer a request, and say what came of it. */
const ANSWERS: ReadonlySet<number> = new Set([
  TraceMove.FINAL,
  TraceMove.REFERRAL,
  TraceMove.REFUSAL,
]);

type Names = Readonly<Record<string, number>>;

const REQUESTS = { KIND: "TRACE_REQUEST" };

/** The tables of a release that follow from cells: which rows, and by what. */
const OF_CELLS: readonly {
  readonly name: string;
  readonly measure: string;
  readonly within?: Readonly<Record<string, string>>;
  readonly dimension: string;
  readonly names: Names;
  readonly key: (row: CellRow) => number;
  readonly holds: (row: CellRow) => boolean;
}[] = [
  {
    ...{ name: "MESSAGES_BY_KIND", measure: "MESSAGES", dimension: "KIND", names: Kind },
    key: ({ kind }) => kind,
    holds: ({ code }) => code === 0,
  },
  {
    ...{ name: "TRACE_REQUESTS_BY_PRIORITY", measure: "MESSAGES", within: REQUESTS },
    ...{ dimension: "PRIORITY", names: Priority },
    key: ({ priority }) => priority,
    holds: ({ code, kind }) => code === 0 && kind === Kind.TRACE_REQUEST,
  },
  {
    ...{ name: "TRACE_ANSWERS_BY_OUTCOME", measure: "TRACE_ANSWERS" },
    ...{ dimension: "OUTCOME", names: OutcomeClass },
    key: (row) => row.outcome_class,
    holds: ({ code, move }) => code === 0 && ANSWERS.has(move),
  },
  {
    ...{ name: "REFUSALS_BY_CODE", measure: "REFUSALS", dimension: "CODE", names: RefusalCode },
    key: ({ code }) => code,
    holds: ({ code }) => code !== 0,
  },
  {
    ...{ name: "ALERT_MESSAGES_BY_MOVE", measure: "ALERT_MESSAGES" },
    ...{ dimension: "ALERT_MOVE", names: AlertMove },
    key: (row) => row.alert_move,
    holds: (row) => row.code === 0 && row.alert_move !== 0,
  },
  {
    ...{ name: "ALERTS_BY_KIND", measure: "ALERT_MESSAGES", within: { ALERT_MOVE: "ALERT" } },
    ...{ dimension: "ALERT_KIND", names: AlertKind },
    key: (row) => row.alert_kind,
    holds: (row) => row.code === 0 && row.alert_move === AlertMove.ALERT,
  },
];

/** Tables that follow from spreads, by their value. */
const OF_SPREADS = [
  {
    ...{ name: "TRACE_REQUESTS_BY_CHAIN_LENGTH", measure: "MESSAGES", within: REQUESTS },
    ...{ dimension: "CHAIN_LENGTH", of: SPREAD.chain },
  },
  {
    ...{ name: "TRACE_REQUESTS_BY_COMPLETENESS", measure: "COMPLETENESS_TOLD" },
    ...{ dimension: "COMPLETENESS", of: SPREAD.completeness },
  },
];

/** A refusal is an answer too: so there are as many times as answers. */
const OF_TIMES: readonly (readonly [string, ...number[]])[] = [
  ["HOURS_TO_ACKNOWLEDGE", SPREAD.acknowledge],
  ["HOURS_TO_ANSWER", SPREAD.answer, SPREAD.refuse],
];

/** Ages of open requests, in days: from, and how it is called. */
const AGES = [
  [90, "90_DAYS_OR_MORE"],
  [60, "60_TO_89_DAYS"],
  [30, "30_TO_59_DAYS"],
  [0, "BELOW_30_DAYS"],
] as const;

/** Counts one period for one body, exact; it leaves the gateway made safe alone (TP-FEED-10). */
export async function countRelease(
  tx: Transaction,
  { answeredBeforeMs, fromMs, members, status, untilMs, withOpen }: CountedPeriod,
): Promise<ReleaseCounts> {
  const cells = await tx.all<CellRow>(
    `SELECT kind, move, priority, outcome_class, alert_move, alert_kind, code, from_state,
       to_state, SUM(records) AS records FROM monitor_cell
     WHERE hour >= ? AND hour < ? AND status = ?
     GROUP BY kind, move, priority, outcome_class, alert_move, alert_kind, code, from_state,
       to_state`,
    ...[hourOf(fromMs), hourOf(untilMs), status],
  );
  const own = cells.filter((row) => members.includes(row.from_state));
  const spreads = await tx.all<SpreadRow>(
    `SELECT measure, from_state, to_state, value, SUM(records) AS records FROM monitor_spread
     WHERE day >= ? AND day < ? AND status = ?
     GROUP BY measure, from_state, to_state, value ORDER BY value`,
    ...[dayOf(fromMs), dayOf(untilMs), status],
  );
  const tables = [...tablesOfCells(own), ...tablesOfSpreads(spreads, members)];
  if (withOpen) tables.push(await openByAge(tx, { members, status, untilMs }));
  if (answeredBeforeMs !== null) {
    tables.push(await askedByAnswer(tx, { answeredBeforeMs, fromMs, members, status, untilMs }));
  }
  const pairs = new Counts();
  for (const row of own.filter(({ code }) => code === 0)) {
    pairs.add(row.from_state, row.to_state || "-", Number(row.records));
  }
  return {
    tables,
    times: OF_TIMES.map(([measure, ...of]) =>
      timesOf(
        measure,
        // It is the State that was asked whose time it is.
        spreads.filter((row) => of.includes(row.measure) && members.includes(row.to_state)),
      ),
    ),
    pairs: pairs.all,
    reporting: [...new Set(own.map((row) => row.from_state))],
  };
}

function tablesOfCells(own: readonly CellRow[]): ReleaseCount[] {
  return OF_CELLS.map(({ holds, key, names, ...table }) => {
    const counts = new Counts();
    for (const row of own.filter(holds)) {
      counts.add(nameOf(names, key(row)), row.from_state, Number(row.records));
    }
    return { ...table, counts: counts.all };
  });
}

function tablesOfSpreads(
  spreads: readonly SpreadRow[],
  members: readonly string[],
): ReleaseCount[] {
  return OF_SPREADS.map(({ of, ...table }) => {
    const counts = new Counts();
    for (const row of spreads.filter((one) => one.measure === of)) {
      if (!members.includes(row.from_state)) continue;
      counts.add(String(row.value), row.from_state, Number(row.records));
    }
    return { ...table, counts: counts.all };
  });
}

/** Requests without an end at a time, by the days since; of the State that asked. */
async function openByAge(
  tx: Transaction,
  { members, status, untilMs }: Pick<CountedPeriod, "members" | "status" | "untilMs">,
): Promise<ReleaseCount> {
  const end = dayOf(untilMs);
  const rows = await tx.all<SpreadRow>(
    `SELECT day, measure, from_state, SUM(records) AS records FROM monitor_spread
     WHERE day < ? AND status = ? AND (measure = ? OR (measure = ? AND day + value < ?))
     GROUP BY day, measure, from_state`,
    ...[end, status, SPREAD.opened, SPREAD.closed, end],
  );
  const counts = new Counts();
  for (const { day, from_state: state, measure, records } of rows) {
    if (!members.includes(state)) continue;
    const age = AGES.find(([from]) => end - 1 - day >= from)?.[1] ?? "BELOW_30_DAYS";
    counts.add(age, state, measure === SPREAD.opened ? Number(records) : -Number(records));
  }
  const name = "OPEN_REQUESTS_BY_AGE";
  return { name, measure: "OPEN_REQUESTS", dimension: "AGE", counts: counts.all };
}

/** Requests of a period by the State that was asked, and whether it had answered by a time. */
async function askedByAnswer(
  tx: Transaction,
  of: Omit<CountedPeriod, "answeredBeforeMs" | "withOpen"> & { readonly answeredBeforeMs: number },
): Promise<ReleaseCount> {
  const { answeredBeforeMs, fromMs, members, status, untilMs } = of;
  const rows = await tx.all<SpreadRow>(
    `SELECT measure, to_state, SUM(records) AS records FROM monitor_spread
     WHERE day >= ? AND day < ? AND status = ?
       AND (measure = ? OR (measure = ? AND day + value < ?))
     GROUP BY measure, to_state`,
    ...[dayOf(fromMs), dayOf(untilMs), status],
    ...[SPREAD.opened, SPREAD.answered, dayOf(answeredBeforeMs)],
  );
  const counts = new Counts();
  for (const { measure, records, to_state: state } of rows) {
    if (!members.includes(state)) continue;
    const isAnswered = measure === SPREAD.answered;
    if (isAnswered) counts.add("YES", state, Number(records));
    counts.add("NO", state, isAnswered ? -Number(records) : Number(records));
  }
  const measure = "TRACE_REQUESTS_ASKED";
  return { name: `${measure}_BY_ANSWERED`, measure, dimension: "ANSWERED", counts: counts.all };
}

function timesOf(measure: string, rows: readonly SpreadRow[]): ReleaseTimes {
  const byState = Map.groupBy(rows, (row) => row.to_state);
  return {
    measure,
    hours: hoursOf(rows),
    byState: Object.fromEntries([...byState].map(([state, own]) => [state, hoursOf(own)])),
  };
}

function hoursOf(rows: readonly SpreadRow[]): ReleaseTimes["hours"] {
  const hours = new Map<number, number>();
  for (const { records, value } of rows) {
    hours.set(value, (hours.get(value) ?? 0) + Number(records));
  }
  return [...hours].toSorted(([one], [other]) => one - other);
}

class Counts {
  readonly all: Record<string, Record<string, number>> = {};

  add(key: string, state: string, records: number): void {
    const byState = this.all[key] ?? {};
    byState[state] = (byState[state] ?? 0) + records;
    this.all[key] = byState;
  }
}

function nameOf(names: Names, value: number): string {
  return Object.entries(names).find(([, one]) => one === value)?.[0] ?? "UNSPECIFIED";
}
