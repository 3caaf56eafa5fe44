import { SEARCH_LIMITS, type SqlValue, type Transaction } from "#runtime";
import { type Criteria, criteriaOf, type IdList, type RecordFilter } from "./criteria.ts";
import { type DueRange, dueWindow, type IdWindow } from "./due-list.ts";
import type { RecordRow } from "./record-row.ts";

/** What is asked for of a list that is filtered so. */
export interface RecordPage {
  readonly filter: RecordFilter;
  /** Only records before this id; null: from the newest on. */
  readonly before: number | null;
  /** Only records of the first so many entries of the log; null: of all. */
  readonly size: number | null;
  readonly limit: number;
}

/** Records found, the newest first. */
export interface FoundRecords {
  readonly rows: readonly RecordRow[];
  /** Where the next page begins; null when all were looked at. */
  readonly next: number | null;
}

/** Records from `low` on, below `high`; with a due date between two others. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly due?: DueRange | undefined;
}

/**
 * A page of the records that meet every criterion (TP-FIND-2). Looks at a bounded number of rows:
 * where criteria of many records have few in common a page may be short, or empty, and still have
 * a next one. Null while older records are not yet made to be found (TP-FIND-4), or are due on
 * dates that are still being reckoned (TP-FIND-9).
 */
export async function findRecords(tx: Transaction, page: RecordPage): Promise<FoundRecords | null> {
  if (await isStillFilling(tx)) return null;
  const criteria = await criteriaOf(tx, page.filter);
  const reckoned = await reckonedTo(tx, page.filter);
  if (reckoned === undefined) return null;
  const range = criteria && (await rangeOf(tx, page, criteria, reckoned));
  if (criteria === undefined || range === undefined) return { rows: [], next: null };
  return await collect(tx, criteria, range, page.limit);
}

/** The record up to which due dates are reckoned, where they are asked for; undefined: not yet. */
async function reckonedTo(
  tx: Transaction,
  { dueFromMs, dueUntilMs }: RecordFilter,
): Promise<number | undefined> {
  if (dueFromMs === undefined && dueUntilMs === undefined) return Number.MAX_SAFE_INTEGER - 1;
  const state = await tx.get<{ looked_to: number; again_below: number }>(
    "SELECT looked_to, again_below FROM disposal_state",
  );
  return state?.again_below === 0 ? state.looked_to : undefined;
}

/** Whether older records are not yet made to be found (TP-FIND-4). */
export async function isStillFilling(tx: Transaction): Promise<boolean> {
  const fill = await tx.get<{ below: number }>("SELECT below FROM record_fill");
  return (fill?.below ?? 0) > 0;
}

const ROW_SQL = `SELECT m.id, m.message_id, m.sender, m.kind, m.lane, m.code, m.field,
    m.recorded_at, m.header, c.state, d.due_at
  FROM messages m LEFT JOIN conversation c ON c.id = m.id
    LEFT JOIN record_due d ON d.id = m.id WHERE m.id = ?`;

/** Ids that a page may hold; undefined when there is none. */
async function rangeOf(
  tx: Transaction,
  { before, size }: RecordPage,
  { fromMs, size: held, untilMs }: Criteria,
  reckoned: number,
): Promise<Range | undefined> {
  const low = fromMs === undefined ? 0 : await firstIdFrom(tx, fromMs);
  const until = untilMs === undefined ? undefined : await firstIdFrom(tx, untilMs);
  const newest = Math.min(size ?? held, held, reckoned);
  const high = Math.min(before ?? Infinity, newest + 1, until ?? Infinity);
  return low === undefined || low >= high ? undefined : { low, high };
}

/** The first record of a time or later; undefined when there is none. */
async function firstIdFrom(tx: Transaction, ms: number): Promise<number | undefined> {
  const row = await tx.get<{ first_id: number }>(
    "SELECT first_id FROM record_time WHERE recorded_at >= ? ORDER BY recorded_at LIMIT 1",
    ms,
  );
  return row?.first_id;
}

/** The newest records that meet the criteria. */
async function collect(
  tx: Transaction,
  criteria: Criteria,
  { high: first, low }: Range,
  limit: number,
): Promise<FoundRecords> {
  const rows: RecordRow[] = [];
  let high = first;
  let tested = 0;
  for (let window = 0; window < SEARCH_LIMITS.windowsMax; window += 1) {
    const range = { low, high, due: criteria.due };
    // What is found among the newest few is found at once.
    const width = window === 0 ? SEARCH_LIMITS.firstWindowRows : SEARCH_LIMITS.windowRows;
    const { floor, ids } = await nextIds(tx, criteria, range, {
      width,
      limit: limit - rows.length,
    });
    for (const id of ids) {
      const row = await tx.get<RecordRow>(ROW_SQL, id);
      tested += 1;
      const isEnough = tested === SEARCH_LIMITS.testedMax;
      if (row === undefined || (await criteria.test?.(row)) === false) {
        if (isEnough) return { rows, next: id };
        continue;
      }
      rows.push(row);
      if (rows.length === limit) return { rows, next: id };
    }
    if (floor <= low) return { rows, next: null };
    high = floor;
  }
  return { rows, next: high };
}

/** The next ids that are in every list, from a floor on; no more than are needed. */
async function nextIds(
  tx: Transaction,
  { due, heldBy, lists, test }: Criteria,
  range: Range,
  { limit, width }: { readonly limit: number; readonly width: number },
): Promise<IdWindow> {
  if (heldBy !== undefined) return await within(tx, await namedBy(tx, heldBy, range), lists, range);
  const { first, floor } = await chooseFirst(tx, lists, range, width);
  const byDue = due && (await dueWindow(tx, due.terms, range));
  if (byDue !== undefined && (lists.length === 0 || byDue.floor <= floor)) {
    return await within(tx, byDue, lists, range);
  }
  const rest = lists.filter((list) => list !== first);
  const wanted = test === undefined ? limit : Math.max(limit, SEARCH_LIMITS.testedRows);
  const { params, sql } = windowQuery(first, rest, { ...range, low: floor }, wanted);
  const ids = (await tx.all<{ id: number }>(sql, ...params)).map(({ id }) => id);
  // One that is full was read to its last id.
  return { ids, floor: ids.length < wanted ? floor : (ids.at(-1) ?? floor) };
}

/** The messages that a hold names; a thousand at most. */
async function namedBy(tx: Transaction, hold: number, { high, low }: Range): Promise<IdWindow> {
  const rows = await tx.all<{ id: number }>(NAMED_SQL, hold, low, high);
  return { ids: rows.map(({ id }) => id), floor: low };
}

/** Messages by a hold that names them. */
export const NAMED_SQL = `SELECT m.id FROM hold_message h
    JOIN messages m ON m.sender = h.sender AND m.message_id = h.message_id
  WHERE h.hold = ? AND m.id >= ? AND m.id < ?`;

/** Those of some ids that are in every list, and due in the range. */
async function within(
  tx: Transaction,
  { floor, ids }: IdWindow,
  lists: readonly IdList[],
  { due }: Pick<Range, "due">,
): Promise<IdWindow> {
  const { params, sql } = withinQuery(ids, lists, due);
  const found = (await tx.all<{ id: number }>(sql, ...params)).map(({ id }) => id);
  return { ids: found.toSorted((one, other) => other - one), floor };
}

/** The query of {@link within}. */
export function withinQuery(
  ids: readonly number[],
  lists: readonly IdList[],
  due: DueRange | undefined,
): { readonly sql: string; readonly params: readonly SqlValue[] } {
  const { params, sql } = conditions(lists, due);
  return {
    sql: `SELECT x.id FROM (SELECT CAST(value AS BIGINT) AS id FROM json_each(?)) x
      WHERE x.id > 0${sql}`,
    params: [JSON.stringify(ids), ...params],
  };
}

/**
 * The list to go through: the one whose next so many ids reach back furthest, and so has the
 * fewest. One list needs no window, its own limit ends it.
 */
async function chooseFirst(
  tx: Transaction,
  lists: readonly IdList[],
  range: Range,
  rows: number,
): Promise<{ first: IdList | undefined; floor: number }> {
  const { due, low } = range;
  if (lists.length < 2 && (due === undefined || lists.length === 0)) {
    return { first: lists[0], floor: low };
  }
  let first = lists[0];
  let floor = Number.MAX_SAFE_INTEGER;
  for (const list of lists) {
    const { sql, params } = floorQuery(list, range, rows);
    const reached = (await tx.get<{ id: number }>(sql, ...params))?.id ?? low;
    if (reached < floor) [first, floor] = [list, reached];
    if (floor === low) break;
  }
  return { first, floor };
}

/** The id at the far end of a window of so many rows of a list. */
export function floorQuery(
  { column, table, value }: IdList,
  { low, high }: Range,
  rows: number,
): { readonly sql: string; readonly params: readonly SqlValue[] } {
  const sql = `SELECT id FROM ${table} WHERE ${column} = ? AND id >= ? AND id < ?
    ORDER BY id DESC LIMIT 1 OFFSET ?`;
  return { sql, params: [value, low, high, rows - 1] };
}

/** The query of a window. Its text is made of constants alone; every value is a parameter. */
export function windowQuery(
  first: IdList | undefined,
  rest: readonly IdList[],
  { low, high, due }: Range,
  limit: number,
): { readonly sql: string; readonly params: readonly SqlValue[] } {
  const source = first?.table ?? "messages";
  const own = first === undefined ? "" : `x.${first.column} = ? AND `;
  const { params, sql: others } = conditions(rest, due);
  const sql = `SELECT x.id FROM ${source} x
    WHERE ${own}x.id >= ? AND x.id < ?${others} ORDER BY x.id DESC LIMIT ?`;
  const value = first === undefined ? [] : [first.value];
  return { sql, params: [...value, low, high, ...params, limit] };
}

/** That `x.id` is in other lists, and is due in a range. */
function conditions(
  lists: readonly IdList[],
  due: DueRange | undefined,
): { readonly sql: string; readonly params: readonly SqlValue[] } {
  const others = lists.map(
    ({ column, table }) =>
      ` AND EXISTS (SELECT 1 FROM ${table} y WHERE y.${column} = ? AND y.id = x.id)`,
  );
  const params: SqlValue[] = lists.map(({ value }) => value);
  if (due !== undefined) {
    others.push(
      " AND EXISTS (SELECT 1 FROM record_due y WHERE y.id = x.id AND y.due_at >= ? AND y.due_at < ?)",
    );
    params.push(due.fromMs, due.untilMs);
  }
  return { sql: others.join(""), params };
}
