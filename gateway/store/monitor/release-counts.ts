import { AlertKind, AlertMove, Kind, OutcomeClass, Priority, RefusalCode, TraceMove } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { dayOf } from "#statistics";
import { hourOf } from "./counted-record.ts";
import { SPREAD } from "./monitor-tables.ts";

/** Counts of one measure by State, in a table of at most one dimension. */
export interface ReleaseCount {
  readonly name: string;
  readonly measure: string;
  readonly dimensions: readonly string[];
  /** By key of the dimension; "" without one. By State, ISO 3166-1 alpha-2. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Times of one measure. */
export interface ReleaseTimes {
  readonly measure: string;
  /** Whole hours and how often, in rising order. */
  readonly hours: readonly (readonly [hours: number, records: number])[];
  readonly byState: Readonly<Record<string, number>>;
}

/** Everything that is counted of a period for a release. */
export interface ReleaseCounts {
  readonly tables: readonly ReleaseCount[];
  readonly times: readonly ReleaseTimes[];
  /** States with any record. */
  readonly reporting: number;
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

/** The tables of a release that follow from cells: which rows, and by what. */
const OF_CELLS: readonly {
  readonly name: string;
  readonly measure: string;
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
    ...{ name: "TRACE_REQUESTS_BY_PRIORITY", measure: "TRACE_REQUESTS" },
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
    ...{ name: "ALERTS_BY_KIND", measure: "ALERTS", dimension: "ALERT_KIND", names: AlertKind },
    key: (row) => row.alert_kind,
    holds: (row) => row.code === 0 && row.alert_move === AlertMove.ALERT,
  },
];

/** Tables that follow from spreads, by their value. */
const OF_SPREADS = [
  ["TRACE_REQUESTS_BY_CHAIN_LENGTH", "TRACE_REQUESTS", "CHAIN_LENGTH", SPREAD.chain],
  ["TRACE_REQUESTS_BY_COMPLETENESS", "COMPLETENESS_TOLD", "COMPLETENESS", SPREAD.completeness],
] as const;

const OF_TIMES = [
  ["HOURS_TO_ACKNOWLEDGE", SPREAD.acknowledge],
  ["HOURS_TO_ANSWER", SPREAD.answer],
] as const;

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
  { fromMs, members, status, untilMs, withOpen }: CountedPeriod,
): Promise<ReleaseCounts> {
  const cells = await tx.all<CellRow>(
    `SELECT kind, move, priority, outcome_class, alert_move, alert_kind, code, from_state,
       SUM(records) AS records FROM monitor_cell WHERE hour >= ? AND hour < ? AND status = ?
     GROUP BY kind, move, priority, outcome_class, alert_move, alert_kind, code, from_state`,
    ...[hourOf(fromMs), hourOf(untilMs), status],
  );
  const own = cells.filter((row) => members.includes(row.from_state));
  const spreads = await tx.all<SpreadRow>(
    `SELECT measure, from_state, to_state, value, SUM(records) AS records FROM monitor_spread
     WHERE day >= ? AND day < ? AND status = ?
     GROUP BY measure, from_state, to_state, value ORDER BY value`,
    ...[dayOf(fromMs), dayOf(untilMs), status],
  );
  const tables: ReleaseCount[] = OF_CELLS.map((table) => {
    const { dimension, holds, key, measure, name, names } = table;
    const counts = new Counts();
    for (const row of own.filter(holds)) {
      counts.add(nameOf(names, key(row)), row.from_state, Number(row.records));
    }
    return { name, measure, dimensions: [dimension], counts: counts.all };
  });
  for (const [name, measure, dimension, of] of OF_SPREADS) {
    const counts = new Counts();
    for (const row of spreads.filter((one) => one.measure === of)) {
      if (!members.includes(row.from_state)) continue;
      counts.add(String(row.value), row.from_state, Number(row.records));
    }
    tables.push({ name, measure, dimensions: [dimension], counts: counts.all });
  }
  if (withOpen) tables.push(await openByAge(tx, { members, status, untilMs }));
  return {
    tables,
    times: OF_TIMES.map(([measure, of]) =>
      timesOf(
        measure,
        // It is the State that was asked whose time it is.
        spreads.filter((row) => row.measure === of && members.includes(row.to_state)),
      ),
    ),
    reporting: new Set(own.map((row) => row.from_state)).size,
  };
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
  return { name, measure: "OPEN_REQUESTS", dimensions: ["AGE"], counts: counts.all };
}

function timesOf(measure: string, rows: readonly SpreadRow[]): ReleaseTimes {
  const hours = new Map<number, number>();
  const byState: Record<string, number> = {};
  for (const { records, to_state: state, value } of rows) {
    hours.set(value, (hours.get(value) ?? 0) + Number(records));
    byState[state] = (byState[state] ?? 0) + Number(records);
  }
  return { measure, hours: [...hours].toSorted(([one], [other]) => one - other), byState };
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
