import { MonitorEvent, MonitorFeed, RecordCount } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { dayBeginsMs, sumRecordCounts } from "#statistics";
import { encodeMessage, sha256 } from "#wire";
import { tallyThrough } from "../monitor/tally.ts";
import type { CountedDay } from "./count-day.ts";

/** Messages of the feed that are looked at next. */
interface FedPage extends CountedDay {
  readonly monitor: string;
  /** Number of the last message looked at; 0 at first. */
  readonly after: number;
  readonly limit: number;
}

/** Events of a day among them, and where the next page begins. */
export interface FedPortion {
  /** SHA-256 of each event, one behind the other, in the order of the log. */
  readonly digests: Uint8Array;
  readonly counts: readonly RecordCount[];
  /** Null: there are no more. */
  readonly next: number | null;
}

/** Clocks of instances differ by less. */
const CLOCKS_APART_DAYS = 1;

/** Whether every record of these entries has been fed to whom it may be shown (TP-COUNT-4). */
export async function isDayFed(tx: Transaction, { end }: CountedDay): Promise<boolean> {
  const left = await tx.get(
    "SELECT 1 FROM messages WHERE id > ? AND id <= ? LIMIT 1",
    await tallyThrough(tx),
    end,
  );
  return left === undefined;
}

/**
 * What a monitor was fed of the records of a day (TP-COUNT-4), a page of its chain at a time. Of a
 * day that is fed it stays the same.
 */
export async function fedOfDay(tx: Transaction, page: FedPage): Promise<FedPortion> {
  const { after, day, end, first, limit, monitor } = page;
  const rows = await tx.all<SqlRow & { number: number; feed: Uint8Array }>(
    `SELECT number, feed FROM monitor_feed WHERE monitor = ? AND number > ? AND made_at >= ?
     ORDER BY number LIMIT ?`,
    monitor,
    after,
    dayBeginsMs(day - CLOCKS_APART_DAYS),
    limit,
  );
  const fed = rows.flatMap(({ feed }) => {
    const { content } = MonitorFeed.decode(feed);
    return content?.$case === "events" ? content.value.events : [];
  });
  const events = fed.filter(({ logIndex }) => logIndex >= first && logIndex < end);
  const isBehind = fed.some(({ logIndex }) => logIndex >= end);
  return {
    digests: Buffer.concat(events.map((event) => sha256(encodeMessage(MonitorEvent, event)))),
    counts: sumRecordCounts(
      events.map(({ code, kind, status }) => {
        return RecordCount.create({ kind, status, code, records: 1n });
      }),
    ),
    next: isBehind || rows.length < limit ? null : (rows.at(-1)?.number ?? null),
  };
}
