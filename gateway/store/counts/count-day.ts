import { loadLogHead } from "#message-log";
import { DailyCounts, ExchangeStatus, RecordCount, type RefusalCode } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { dayBeginsMs, dayOf, sumRecordCounts } from "#statistics";
import { timestampMs } from "#wire";
import { entryAt } from "../log-check/entry-at.ts";
import { headerIn } from "../log-check/header-in.ts";
import type { MessageRow } from "../message-row.ts";

/** A day that is over, and its entries in the log. */
export interface CountedDay {
  /** Full days since 1970. */
  readonly day: number;
  /** Entries from the first, up to and without the end. */
  readonly first: number;
  readonly end: number;
}

/** Counts of one day as they are kept. */
export interface KeptCounts {
  readonly day: number;
  /** Encoded DailyCounts. */
  readonly counts: Uint8Array;
  readonly logIndex: number;
}

interface CountsRow extends SqlRow {
  day: number;
  counts: Uint8Array;
  log_index: number;
}

/**
 * The next day whose records are to be counted (TP-COUNT-1): the one after the newest counted, or
 * that of the first entry of the log, so that none is passed over (TP-COUNT-3). Null: it is not
 * over at this time, or there is no entry.
 */
export async function dayToCount(
  tx: Transaction,
  { nowMs }: { readonly nowMs: number },
): Promise<CountedDay | null> {
  const newest = await newestCounts(tx);
  const day = newest === undefined ? await firstDay(tx) : newest.day + 1;
  if (day === undefined || dayBeginsMs(day + 1) > nowMs) return null;
  const first = newest === undefined ? 0 : Number(DailyCounts.decode(newest.counts).endIndex);
  return { day, first, end: await firstEntrySince(tx, dayBeginsMs(day + 1)) };
}

/** The entries of any day, found by their times. */
export async function entriesOfDay(
  tx: Transaction,
  { day }: { readonly day: number },
): Promise<CountedDay> {
  const first = await firstEntrySince(tx, dayBeginsMs(day));
  return { day, first, end: await firstEntrySince(tx, dayBeginsMs(day + 1)) };
}

/** What was counted of one portion, and where the next one begins. */
export interface CountedPortion {
  readonly counts: readonly RecordCount[];
  readonly next: number;
}

/** Counts the records of entries, at most so many (TP-COUNT-2): a record is its entry's row. */
export async function countRecords(
  tx: Transaction,
  { end, first, limit }: { readonly first: number; readonly end: number; readonly limit: number },
): Promise<CountedPortion> {
  const next = Math.min(end, first + limit);
  const rows = await tx.all<SqlRow & Pick<MessageRow, "code" | "header" | "kind">>(
    "SELECT kind, code, header FROM messages WHERE id > ? AND id <= ? ORDER BY id",
    first,
    next,
  );
  const counts = rows.map(({ code, header, kind }) => {
    const status = headerIn({ header })?.status ?? ExchangeStatus.UNSPECIFIED;
    return RecordCount.create({ kind, status, code: code as RefusalCode, records: 1n });
  });
  return { counts: sumRecordCounts(counts), next };
}

/** Which days are asked for: one, or the newest, those before another one. */
interface DaysAsked {
  readonly day: number | null;
  readonly before?: number | null;
  readonly limit: number;
}

/** Counts of days that are kept, the newest first. */
export async function listCounts(
  tx: Transaction,
  { before, day, limit }: DaysAsked,
): Promise<KeptCounts[]> {
  const rows = await tx.all<CountsRow>(
    `SELECT day, counts, log_index FROM daily_counts WHERE day >= ? AND day <= ?
     ORDER BY day DESC LIMIT ?`,
    day ?? 0,
    day ?? (before ?? Number.MAX_SAFE_INTEGER) - 1,
    limit,
  );
  return rows.map(({ log_index: logIndex, ...row }) => ({ ...row, logIndex }));
}

async function newestCounts(tx: Transaction): Promise<KeptCounts | undefined> {
  return (await listCounts(tx, { day: null, limit: 1 }))[0];
}

async function firstDay(tx: Transaction): Promise<number | undefined> {
  const recordedAtMs = timestampMs((await entryAt(tx, 0))?.recordedAt);
  return recordedAtMs === undefined ? undefined : dayOf(recordedAtMs);
}

/** Place of the first entry that was recorded at a time or later, by halving; else the end. */
async function firstEntrySince(tx: Transaction, sinceMs: number): Promise<number> {
  let low = 0;
  let high = (await loadLogHead(tx)).size;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const recordedAtMs = timestampMs((await entryAt(tx, middle))?.recordedAt) ?? 0;
    if (recordedAtMs < sinceMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
