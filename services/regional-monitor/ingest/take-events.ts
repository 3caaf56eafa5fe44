import { MonitorEvent } from "#proto";
import type { SqlRow, SqlValue, Transaction } from "#runtime";
import { dayOf } from "#statistics";
import { encodeMessage } from "#wire";
import { checkEvent, type EventRefusal } from "./check-event.ts";
import { countEvent } from "./count-event.ts";
import { Sums } from "./sums.ts";
import { writeRows, writeSums } from "./write-sums.ts";

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

/**
 * Keeps the events of messages that are taken together and raises the sums they count for, each
 * once (TP-MON-4); what is refused is kept too. Nothing of sums is written before {@link write}.
 */
export class EventTaker {
  readonly #tx: Transaction;
  readonly #sums = new Sums();
  readonly #refusals = new Map<EventRefusal, FeedTimes & { readonly count: number }>();
  /** Events that are not written yet, by their place in the log. */
  readonly #rows = new Map<number, SqlValue[]>();
  /** The highest place in the log that is known; undefined: not looked up yet. */
  #highest: number | undefined;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Takes the events of one message. */
  async take(events: readonly MonitorEvent[], times: FeedTimes): Promise<TakenEvents> {
    const madeDay = dayOf(times.madeAtMs);
    let refused = 0;
    for (const event of events) {
      const index = Number(event.logIndex);
      const isRepeated = await this.#isKnown(index);
      const refusal = isRepeated ? "EVENT_REPEATED" : checkEvent(event, times.madeAtMs);
      if (refusal !== undefined) {
        refused += 1;
        const count = (this.#refusals.get(refusal)?.count ?? 0) + 1;
        this.#refusals.set(refusal, { ...times, count });
      }
      if (isRepeated) continue;
      const bytes = encodeMessage(MonitorEvent, event);
      this.#rows.set(index, [index, event.recordedHour, refusal ?? "", bytes]);
      if (refusal === undefined) countEvent(this.#sums, event, madeDay);
    }
    return { counted: events.length - refused, refused };
  }

  /** Writes events, so that they can be read. */
  async writeEvents(): Promise<void> {
    const rows = [...this.#rows.values()];
    this.#rows.clear();
    await writeRows(this.#tx, rows, EVENT_ROWS);
  }

  /** Writes everything. */
  async write(): Promise<void> {
    await this.writeEvents();
    await writeSums(this.#tx, this.#sums);
    for (const [code, refusal] of this.#refusals) await this.#countRefusal(code, refusal);
  }

  /** Whether an event of this place was told before; mostly they come in the order of the log. */
  async #isKnown(index: number): Promise<boolean> {
    this.#highest ??= await this.#highestKept();
    if (index > this.#highest) {
      this.#highest = index;
      return false;
    }
    if (this.#rows.has(index)) return true;
    const sql = "SELECT 1 AS known FROM monitor_event WHERE log_index = ?";
    return (await this.#tx.get(sql, index)) !== undefined;
  }

  async #highestKept(): Promise<number> {
    const row = await this.#tx.get<SqlRow & { highest: number | null }>(
      "SELECT max(log_index) AS highest FROM monitor_event",
    );
    return row?.highest ?? -1;
  }

  async #countRefusal(
    code: EventRefusal,
    { count, madeAtMs, number }: FeedTimes & { readonly count: number },
  ): Promise<void> {
    await this.#tx.run(
      `INSERT INTO monitor_refusal (code, total, newest_number, newest_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (code) DO UPDATE SET total = monitor_refusal.total + excluded.total,
         newest_number = excluded.newest_number, newest_at = excluded.newest_at`,
      ...[code, count, number, madeAtMs],
    );
  }
}
