import type { TraceState } from "#casework";
import type { SqlValue, Transaction } from "#runtime";
import {
  CASE_HEAD_COLUMNS,
  type CaseHead,
  type CaseHeadRow,
  type CaseRole,
  headOf,
} from "./case-record.ts";

/**
 * Indexes of the list of cases (TP-API-16, TP-API-17). Each order has one for itself and one for
 * each filter that leaves few of many; other filters are applied to what these find.
 * `needs_attention` is computed, so that it cannot be forgotten by whoever changes a case.
 */
export const CASE_LIST_MIGRATION_SQL = `
ALTER TABLE trace_case ADD COLUMN needs_attention INTEGER NOT NULL
  GENERATED ALWAYS AS (awaiting_answer = 1 OR refusal_code IS NOT NULL) VIRTUAL;
CREATE INDEX trace_case_opened ON trace_case (opened_at);
CREATE INDEX trace_case_state_opened ON trace_case (state, opened_at);
CREATE INDEX trace_case_peer_opened ON trace_case (peer, opened_at);
CREATE INDEX trace_case_attention_opened ON trace_case (opened_at) WHERE needs_attention = 1;
CREATE INDEX trace_case_updated ON trace_case (updated_at);
CREATE INDEX trace_case_state_updated ON trace_case (state, updated_at);
CREATE INDEX trace_case_peer_updated ON trace_case (peer, updated_at);
CREATE INDEX trace_case_attention_updated ON trace_case (updated_at) WHERE needs_attention = 1;
`;

/** Orders of a list: which column, and whether the oldest comes first. */
export const CASE_ORDERS = {
  opened: { column: "opened_at", isAscending: true },
  newest: { column: "opened_at", isAscending: false },
  // The other way round a case that moves would be lost between two pages.
  updated: { column: "updated_at", isAscending: true },
} as const;

/** A name of {@link CASE_ORDERS}. */
export type CaseOrder = keyof typeof CASE_ORDERS;

/** Which cases a list shows; what is absent leaves out nothing. Times: from is in, until is not. */
export interface CaseFilter {
  readonly state?: TraceState | undefined;
  readonly role?: CaseRole | undefined;
  /** Participant id of the other State. */
  readonly peer?: string | undefined;
  /** True: only those that wait for somebody here. */
  readonly needsAttention?: boolean | undefined;
  /** True: only cases with States off the exchange; false: only the others. */
  readonly offExchange?: boolean | undefined;
  readonly openedFromMs?: number | undefined;
  readonly openedUntilMs?: number | undefined;
  readonly updatedFromMs?: number | undefined;
  readonly updatedUntilMs?: number | undefined;
}

/** Where a page begins: after the case of this time and position. */
export interface CasePlace {
  readonly atMs: number;
  readonly position: number;
}

/** A page of a list. */
export interface CasePage {
  readonly order: CaseOrder;
  readonly filter: CaseFilter;
  /** Absent: the first page. */
  readonly after?: CasePlace | undefined;
  readonly limit: number;
}

/** The query of a page. Its text is made of constants alone; every value is a parameter. */
export function caseListQuery({ order, filter, after, limit }: CasePage): {
  readonly sql: string;
  readonly params: readonly SqlValue[];
} {
  const { column, isAscending } = CASE_ORDERS[order];
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  const demand = (condition: string, ...values: readonly (SqlValue | undefined)[]): void => {
    const given = values.filter((value) => value !== undefined);
    if (given.length < values.length) return;
    conditions.push(condition);
    params.push(...given);
  };
  if (filter.needsAttention === true) conditions.push("needs_attention = 1");
  if (filter.offExchange === true) conditions.push("off_exchange = 1");
  if (filter.offExchange === false) conditions.push("off_exchange = 0");
  demand("state = ?", filter.state);
  demand("peer = ?", filter.peer);
  demand("role = ?", filter.role);
  // The plus keeps a range from choosing an index that has not the order of the list.
  const [opened, updated] =
    column === "opened_at" ? ["opened_at", "+updated_at"] : ["+opened_at", "updated_at"];
  demand(`${opened} >= ?`, filter.openedFromMs);
  demand(`${opened} < ?`, filter.openedUntilMs);
  demand(`${updated} >= ?`, filter.updatedFromMs);
  demand(`${updated} < ?`, filter.updatedUntilMs);
  const [first, beyond] = isAscending ? [-1, ">"] : [Number.MAX_SAFE_INTEGER, "<"];
  const place = after ?? { atMs: first, position: 0 };
  demand(`(${column}, position) ${beyond} (?, ?)`, place.atMs, place.position);
  const direction = isAscending ? "ASC" : "DESC";
  const sql = `SELECT ${CASE_HEAD_COLUMNS} FROM trace_case WHERE ${conditions.join(" AND ")}
    ORDER BY ${column} ${direction}, position ${direction} LIMIT ?`;
  return { sql, params: [...params, limit] };
}

/** A page of cases, in its order. */
export async function listCases(tx: Transaction, page: CasePage): Promise<CaseHead[]> {
  const { sql, params } = caseListQuery(page);
  const rows = await tx.all<CaseHeadRow>(sql, ...params);
  return rows.map(headOf);
}
