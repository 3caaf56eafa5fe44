import { MonitorEvent } from "#proto";
import type { SqlRow, SqlValue, Transaction } from "#runtime";
import { dayOf } from "#statistics";
import { encodeMessage } from "#wire";

import { checkEvent, type EventRefusal } from "./check-event.ts";
import { EventCounter } from "./count-event.ts";
import { Sums, writeRows } from "./sums.ts";

/** The message that events came with. */
export interface FeedTimes {
  /** Its number in the chain. */
  readonly number: number;
  /** When the gateway made it, milliseconds since 1970. */
  readonly madeAtMs: number;
}

/** What became of the events of one message. */
export interface TakenEvents {
  readonly counted: number;
  readonly refused: number;
}

const EVENT_ROWS = {
  into: "monitor_event (log_index, hour, refusal, event)",
  // Told twice for one place in the log: the first one stays, and the refusal is counted.
  conflict: "ON CONFLICT (log_index) DO NOTHING",
};

/** Keeps events and raises the sums they count for (TP-MON-4); what is refused is kept too. */
export async function takeEvents(
  tx: Transaction,
  events: readonly MonitorEvent[],
  times: FeedTimes,
): Promise<TakenEvents> {
  const known = await knownIndices(tx, events);
  const sums = new Sums();
  const counter = new EventCounter(sums, dayOf(times.madeAtMs));
  const rows: SqlValue[][] = [];
  const refusals = new Map<EventRefusal, number>();
  for (const event of events) {
    const index = Number(event.logIndex);
    const isRepeated = known.has(index);
    const refusal = isRepeated ? "EVENT_REPEATED" : checkEvent(event, times.madeAtMs);
    if (refusal !== undefined) refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
    if (isRepeated) continue;
    known.add(index);
    rows.push([index, event.recordedHour, refusal ?? "", encodeMessage(MonitorEvent, event)]);
    if (refusal === undefined) counter.count(event);
  }
  await writeRows(tx, rows, EVENT_ROWS);
  await sums.write(tx);
  for (const [code, count] of refusals) await countRefusal(tx, { code, count, ...times });
  const refused = [...refusals.values()].reduce((sum, count) => sum + count, 0);
  return { counted: events.length - refused, refused };
}

/** Places in the log that are known, of those between the first and the last event. */
async function knownIndices(
  tx: Transaction,
  events: readonly MonitorEvent[],
): Promise<Set<number>> {
  const indices = events.map(({ logIndex }) => Number(logIndex));
  const found = await tx.all<SqlRow & { log_index: number }>(
    `SELECT log_index FROM monitor_event
     WHERE log_index IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
    JSON.stringify(indices),
  );
  return new Set(found.map(({ log_index: index }) => index));
}

async function countRefusal(
  tx: Transaction,
  refusal: FeedTimes & { readonly code: EventRefusal; readonly count: number },
): Promise<void> {
  await tx.run(
    `INSERT INTO monitor_refusal (code, total, newest_number, newest_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (code) DO UPDATE SET total = monitor_refusal.total + excluded.total,
       newest_number = excluded.newest_number, newest_at = excluded.newest_at`,
    refusal.code,
    refusal.count,
    refusal.number,
    refusal.madeAtMs,
  );
}
