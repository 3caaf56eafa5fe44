import type { ConversationState } from "#casework";
import { SEARCH_LIMITS, type SqlRow, type SqlValue, type Transaction } from "#runtime";
import { stateNumber } from "../conversations/conversation-state.ts";
import { partyNumber, uuidBytes } from "./note-record.ts";
import { PARTY_TERM, TERM } from "./search-tables.ts";

/** What records are looked for by; all that is given must be so (TP-FIND-2). */
export interface RecordFilter {
  readonly messageId?: string | undefined;
  readonly conversationId?: string | undefined;
  /** Sender or recipient. */
  readonly party?: string | undefined;
  readonly kind?: number | undefined;
  /** Of the conversation that the record opened. */
  readonly state?: ConversationState | undefined;
  readonly tlp?: number | undefined;
  readonly use?: number | undefined;
  /** 0: refused with whatever code. */
  readonly code?: number | undefined;
  /** Recorded then or later. */
  readonly fromMs?: number | undefined;
  /** Recorded before. */
  readonly untilMs?: number | undefined;
}

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

/** A record as lists show it. */
export interface RecordRow extends SqlRow {
  id: number;
  message_id: string;
  sender: string;
  kind: number;
  lane: number;
  code: number;
  field: string;
  recorded_at: number;
  header: Uint8Array;
  /** Number of the state of the conversation it opened; null where it opened none. */
  state: number | null;
}

/** A list of ids in the order of time: the rows of a table in which a column has a value. */
export interface IdList {
  readonly table: string;
  readonly column: string;
  readonly value: SqlValue;
}

/** Records from `low` on, below `high`. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * A page of the records that meet every criterion (TP-FIND-2). Looks at a bounded number of rows:
 * where criteria of many records have few in common a page may be short, or empty, and still have
 * a next one. Null while older records are not yet made to be found (TP-FIND-4).
 */
export async function findRecords(tx: Transaction, page: RecordPage): Promise<FoundRecords | null> {
  if (await isStillFilling(tx)) return null;
  const lists = await idLists(tx, page.filter);
  const range = await rangeOf(tx, page);
  if (lists === undefined || range === undefined) return { rows: [], next: null };
  const { ids, next } = await intersect(tx, lists, range, page.limit);
  const rows: RecordRow[] = [];
  for (const id of ids) {
    const row = await tx.get<RecordRow>(ROW_SQL, id);
    if (row !== undefined) rows.push(row);
  }
  return { rows, next };
}

/** Whether older records are not yet made to be found (TP-FIND-4). */
export async function isStillFilling(tx: Transaction): Promise<boolean> {
  const fill = await tx.get<{ below: number }>("SELECT below FROM record_fill");
  return (fill?.below ?? 0) > 0;
}

const ROW_SQL = `SELECT m.id, m.message_id, m.sender, m.kind, m.lane, m.code, m.field,
    m.recorded_at, m.header, c.state
  FROM messages m LEFT JOIN conversation c ON c.id = m.id WHERE m.id = ?`;

/** The lists that a filter asks for; undefined when one of them is known to be empty. */
async function idLists(tx: Transaction, filter: RecordFilter): Promise<IdList[] | undefined> {
  const { code, conversationId, kind, messageId, party, state, tlp, use } = filter;
  const lists: IdList[] = [];
  const term = (value: number): unknown =>
    lists.push({ table: "record_term", column: "term", value });
  if (messageId !== undefined) {
    lists.push({ table: "record_message", column: "message", value: uuidBytes(messageId) });
  }
  if (conversationId !== undefined) {
    const value = uuidBytes(conversationId);
    lists.push({ table: "record_conversation", column: "conversation", value });
  }
  if (state !== undefined) {
    lists.push({ table: "conversation", column: "state", value: stateNumber(state) });
  }
  if (kind !== undefined) term(TERM.kind + kind);
  if (tlp !== undefined) term(TERM.tlp + tlp);
  if (use !== undefined) term(TERM.use + use);
  if (code !== undefined) term(TERM.refused + code);
  if (party !== undefined) {
    const number = await partyNumber(tx, party);
    if (number === undefined) return undefined;
    term(PARTY_TERM + number);
  }
  return lists;
}

/** Ids that a page may hold; undefined when there is none. */
async function rangeOf(tx: Transaction, page: RecordPage): Promise<Range | undefined> {
  const { fromMs, untilMs } = page.filter;
  const low = fromMs === undefined ? 0 : await firstIdFrom(tx, fromMs);
  const until = untilMs === undefined ? undefined : await firstIdFrom(tx, untilMs);
  const high = Math.min(
    page.before ?? Number.MAX_SAFE_INTEGER,
    page.size === null ? Number.MAX_SAFE_INTEGER : page.size + 1,
    until ?? Number.MAX_SAFE_INTEGER,
  );
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

/** The newest ids that are in every list. */
async function intersect(
  tx: Transaction,
  lists: readonly IdList[],
  range: Range,
  limit: number,
): Promise<{ ids: number[]; next: number | null }> {
  const ids: number[] = [];
  let { high } = range;
  for (let window = 0; window < SEARCH_LIMITS.windowsMax; window += 1) {
    // What is found among the newest few is found at once.
    const rows = window === 0 ? SEARCH_LIMITS.firstWindowRows : SEARCH_LIMITS.windowRows;
    const { first, floor } = await chooseFirst(tx, lists, { low: range.low, high }, rows);
    const rest = lists.filter((list) => list !== first);
    const { sql, params } = windowQuery(first, rest, { low: floor, high }, limit - ids.length);
    const found = await tx.all<{ id: number }>(sql, ...params);
    ids.push(...found.map(({ id }) => id));
    if (ids.length === limit) return { ids, next: ids.at(-1) ?? null };
    if (floor <= range.low) return { ids, next: null };
    high = floor;
  }
  return { ids, next: high };
}

/**
 * The list to go through: the one whose next so many ids reach back furthest, and so has the
 * fewest. One list needs no window, its own limit ends it.
 */
async function chooseFirst(
  tx: Transaction,
  lists: readonly IdList[],
  { low, high }: Range,
  rows: number,
): Promise<{ first: IdList | undefined; floor: number }> {
  if (lists.length < 2) return { first: lists[0], floor: low };
  let first = lists[0];
  let floor = Number.MAX_SAFE_INTEGER;
  for (const list of lists) {
    const { sql, params } = floorQuery(list, { low, high }, rows);
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
  { low, high }: Range,
  limit: number,
): { readonly sql: string; readonly params: readonly SqlValue[] } {
  const source = first?.table ?? "messages";
  const own = first === undefined ? "" : `x.${first.column} = ? AND `;
  const others = rest.map(
    ({ column, table }) =>
      ` AND EXISTS (SELECT 1 FROM ${table} y WHERE y.${column} = ? AND y.id = x.id)`,
  );
  const sql = `SELECT x.id FROM ${source} x
    WHERE ${own}x.id >= ? AND x.id < ?${others.join("")} ORDER BY x.id DESC LIMIT ?`;
  const value = first === undefined ? [] : [first.value];
  return { sql, params: [...value, low, high, ...rest.map((list) => list.value), limit] };
}
