import { loadLogEntry, parseLogEntry } from "#message-log";
import { DailyCounts, EntryKind, type RecordCount } from "#proto";
import type { StorePlace, Transaction } from "#runtime";
import {
  type CountDifference,
  countRecordsOf,
  dayName,
  dayOf,
  type EntryRange,
  recordCountDifferences,
} from "#statistics";
import { openStore, readStore } from "#store";
import { decodeExactly, equalBytes, sha256 } from "#wire";

/** Counts of one day as a gateway keeps them. */
interface CountsOfDay {
  /** Such as 2026-10-03. */
  readonly day: string;
  readonly logIndex: number;
  /** Entries of the day, up to and without the end. */
  readonly first: number;
  readonly end: number;
  readonly counts: readonly RecordCount[];
  /** Monitors that have a share. */
  readonly monitors: readonly string[];
}

/** The same, counted again. */
interface CheckedCounts extends CountsOfDay {
  /** What does not agree with the log, in words; empty: all does. */
  readonly problems: readonly string[];
  readonly differences: readonly CountDifference[];
}

interface KeptCounts {
  readonly day: number;
  readonly counts: Uint8Array;
  readonly logIndex: number;
}

/** What the gateway's store answers; its procedures are its own. */
type CountProcedures = {
  listCounts: (
    tx: Transaction,
    page: { day: number | null; limit: number },
  ) => Promise<KeptCounts[]>;
  entriesOfDay: (tx: Transaction, of: { day: number }) => Promise<EntryRange>;
  countRecords: (
    tx: Transaction,
    of: EntryRange & { limit: number },
  ) => Promise<{ counts: readonly RecordCount[]; next: number }>;
};

const MODULE = new URL("../../../gateway/store.ts", import.meta.url);

/** Which days are meant: one (ms since 1970 within it), or the newest. */
export interface DaysMeant {
  readonly dayMs?: number | undefined;
  readonly limit: number;
}

/**
 * Counts of days, the newest first, each counted again from the records where `check` says so
 * (TP-COUNT-6). Works beside a running gateway, in short reads. Throws TracepostError DATA_FOLDER
 * for a place without such a store.
 */
export async function dailyCountsOf(
  place: StorePlace,
  { check, dayMs, limit }: DaysMeant & { readonly check: boolean },
): Promise<CheckedCounts[]> {
  const store = await openStore<CountProcedures>({ place, module: MODULE, readOnly: true });
  try {
    const day = dayMs === undefined ? null : dayOf(dayMs);
    const kept = await store.call("listCounts", { day, limit });
    const found: CheckedCounts[] = [];
    for (const one of kept) {
      const said = decodeExactly(DailyCounts, one.counts) ?? DailyCounts.create();
      const own = {
        day: dayName(one.day),
        logIndex: one.logIndex,
        first: Number(said.firstIndex),
        end: Number(said.endIndex),
        counts: said.counts,
        monitors: said.shares.map(({ monitor }) => monitor),
      };
      if (!check) {
        found.push({ ...own, problems: [], differences: [] });
        continue;
      }
      const range = await store.call("entriesOfDay", { day: one.day });
      const recounted = await countRecordsOf(range, (of) => store.call("countRecords", of));
      const differences = recordCountDifferences(own.counts, recounted ?? []);
      const problems = [
        ...(await entryProblems(place, one)),
        ...(own.first === range.first && own.end === range.end
          ? []
          : [`of that day are entries ${range.first} to ${range.end}, not up to ${own.end}`]),
      ];
      found.push({ ...own, problems, differences });
    }
    return found;
  } finally {
    await store.close();
  }
}

async function entryProblems(place: StorePlace, kept: KeptCounts): Promise<string[]> {
  const bytes = await readStore(place, (tx) => loadLogEntry(tx, kept.logIndex));
  const entry = bytes && parseLogEntry(bytes);
  const isLogged =
    entry?.ok === true &&
    entry.value.kind === EntryKind.DAILY_COUNTS &&
    equalBytes(entry.value.headerDigest, sha256(kept.counts));
  return isLogged ? [] : [`entry ${kept.logIndex} is not about these counts`];
}
