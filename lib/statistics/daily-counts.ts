import { hash } from "node:crypto";
import { RecordCount } from "#proto";
import { calendarDateOf, LOG_LIMITS } from "#runtime";

const DAY_MS = 86_400_000;

/** Number of the day in UTC that a time (ms since 1970) falls on: full days since 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** When a day begins in UTC, ms since 1970. */
export function dayBeginsMs(day: number): number {
  return day * DAY_MS;
}

/** A day by its number, such as 2026-10-03. */
export function dayName(day: number): string {
  return calendarDateOf(dayBeginsMs(day));
}

/** Counts that are alike added up, by kind, status and code; none is 0 (TP-COUNT-2). */
export function sumRecordCounts(counts: readonly RecordCount[]): RecordCount[] {
  const sums = new Map<string, RecordCount>();
  for (const count of counts) {
    const key = keyOf(count);
    const before = sums.get(key)?.records ?? 0n;
    sums.set(key, RecordCount.create({ ...count, records: before + count.records }));
  }
  return [...sums.values()]
    .filter(({ records }) => records > 0n)
    .toSorted((one, other) => {
      return one.kind - other.kind || one.status - other.status || one.code - other.code;
    });
}

/** Entries of the log from the first, up to and without the end. */
export interface EntryRange {
  readonly first: number;
  readonly end: number;
}

/**
 * Counts the records of entries in portions, of which each says where the next one begins
 * (TP-COUNT-2). Undefined: `mayStep`, asked before each, has ended it.
 */
export async function countRecordsOf(
  { end, first }: EntryRange,
  countPortion: (
    of: EntryRange & { readonly limit: number },
  ) => Promise<{ readonly counts: readonly RecordCount[]; readonly next: number }>,
  mayStep: (isAfterAnother: boolean) => Promise<boolean> = async () => true,
): Promise<RecordCount[] | undefined> {
  let counts: RecordCount[] = [];
  for (let next = first; next < end; ) {
    if (!(await mayStep(next > first))) return undefined;
    const portion = await countPortion({ first: next, end, limit: LOG_LIMITS.countRecords });
    counts = sumRecordCounts([...counts, ...portion.counts]);
    next = portion.next;
  }
  return counts;
}

/** Where two counts of the same records differ. */
export interface CountDifference extends Omit<RecordCount, "records"> {
  readonly kept: bigint;
  readonly found: bigint;
}

/** What is counted otherwise, or by one of them alone; empty: they agree (TP-COUNT-6). */
export function recordCountDifferences(
  kept: readonly RecordCount[],
  found: readonly RecordCount[],
): CountDifference[] {
  const [had, has] = [byKey(kept), byKey(found)];
  return sumRecordCounts([...kept, ...found])
    .map(({ code, kind, status }) => {
      const key = keyOf({ kind, status, code });
      return { kind, status, code, kept: had.get(key) ?? 0n, found: has.get(key) ?? 0n };
    })
    .filter((one) => one.kept !== one.found);
}

/**
 * SHA-256 over the digests of the events that a monitor was fed for a day, in the order of the log
 * (TP-COUNT-4), each by itself or several together; of no events, that of nothing.
 */
export function monitorEventsDigest(digests: readonly Uint8Array[]): Uint8Array {
  return hash("sha256", Buffer.concat(digests), "buffer");
}

function byKey(counts: readonly RecordCount[]): Map<string, bigint> {
  return new Map(sumRecordCounts(counts).map((count) => [keyOf(count), count.records]));
}

function keyOf({ code, kind, status }: Omit<RecordCount, "records">): string {
  return `${kind} ${status} ${code}`;
}
