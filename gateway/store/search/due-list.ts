/** Records by the date on which the first of their parts is due (TP-FIND-9). */
import { SEARCH_LIMITS, type Transaction } from "#runtime";
import { PARTY_TERM, TERM } from "./search-tables.ts";

/** Due then or later, and before. */
export interface DueRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Ids from `floor` on, the newest first; whole from there on. */
export interface IdWindow {
  readonly ids: readonly number[];
  readonly floor: number;
}

/** The term of a due date: one for each month, in UTC. */
export function dueTerm(atMs: number): number {
  const date = new Date(atMs);
  const months = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
  return TERM.due + Math.min(Math.max(Number.isNaN(months) ? 0 : months, 0), MONTHS_MAX);
}

/** Dates behind are in the last of them. */
const MONTHS_MAX = PARTY_TERM - TERM.due - 1;

/** The terms of months of a range in which something is due: months alone, from one to the next. */
export async function dueTerms(tx: Transaction, range: DueRange): Promise<number[]> {
  const terms: number[] = [];
  if (range.fromMs >= range.untilMs) return terms;
  const last = dueTerm(range.untilMs - 1);
  for (let from = dueTerm(range.fromMs); from <= last; from += 1) {
    const { params, sql } = nextTermQuery(from, last);
    const next = await tx.get<{ term: number }>(sql, ...params);
    if (next === undefined) break;
    terms.push(next.term);
    from = next.term;
  }
  return terms;
}

/** The first month from a term on in which something is due. */
export function nextTermQuery(from: number, last: number) {
  const sql = "SELECT term FROM record_term WHERE term >= ? AND term <= ? ORDER BY term LIMIT 1";
  return { sql, params: [from, last] };
}

/** The newest ids of one month. */
export function monthQuery(term: number, low: number, high: number, limit: number) {
  const sql = `SELECT id FROM record_term WHERE term = ? AND id >= ? AND id < ?
    ORDER BY id DESC LIMIT ?`;
  return { sql, params: [term, low, high, limit] };
}

/** The newest ids of all these months; those of its first and last may be due outside the range. */
export async function dueWindow(
  tx: Transaction,
  terms: readonly number[],
  { high, low }: { readonly low: number; readonly high: number },
): Promise<IdWindow> {
  const each = Math.max(
    SEARCH_LIMITS.dueMonthRows,
    Math.ceil(SEARCH_LIMITS.windowRows / terms.length),
  );
  const all: number[] = [];
  let floor = low;
  for (const term of terms) {
    const { params, sql } = monthQuery(term, low, high, each);
    const ids = (await tx.all<{ id: number }>(sql, ...params)).map(({ id }) => id);
    all.push(...ids);
    // What lies further back in this month was not read.
    if (ids.length === each) floor = Math.max(floor, ids.at(-1) ?? low);
  }
  const ids = all.filter((id) => id >= floor).toSorted((one, other) => other - one);
  return { ids, floor };
}
