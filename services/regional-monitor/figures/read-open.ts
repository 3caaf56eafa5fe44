import type { SqlRow, Transaction } from "#runtime";
import { ALL_STATES } from "../ingest/count-event.ts";

/** Requests made on one day that were open at the end of a month. */
export interface OpenDay {
  /** State asked; `*`: all together, empty: not told. */
  readonly state: string;
  /** Full days since 1970. */
  readonly day: number;
  readonly open: number;
}

/** Which months, by the hours since 1970 they begin at, and of which States. */
export interface OpenQuestion {
  readonly status: number;
  /** Undefined: each of them. */
  readonly states: readonly string[] | undefined;
  readonly months: readonly number[];
}

/**
 * Requests that were open at the end of each month, by the day they were made on, in the order of
 * the months. A day with less than none is left out: its State gave or withdrew consent between.
 */
export async function readOpen(
  tx: Transaction,
  { months, states, status }: OpenQuestion,
): Promise<OpenDay[][]> {
  const found: OpenDay[][] = [];
  for (const month of months) {
    found.push(
      await tx.all<SqlRow & OpenDay>(
        `SELECT state, day, CAST(sum(change) AS INTEGER) AS open FROM monitor_open_change
         WHERE status = ? AND month <= ?
           AND ((? = 1 AND state <> ?) OR state IN (SELECT value FROM json_each(?)))
         GROUP BY state, day HAVING sum(change) > 0 ORDER BY state, day`,
        ...[status, month, states === undefined ? 1 : 0, ALL_STATES],
        JSON.stringify(states ?? []),
      ),
    );
  }
  return found;
}
