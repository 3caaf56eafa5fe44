import { createHash } from "node:crypto";
import {
  DailyCountsShare,
  ExchangeStatus,
  Kind,
  MonitorEvent,
  type RecordCount,
  RefusalCode,
} from "#proto";
import { MONITOR_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { decodeExactly, encodeMessage, equalBytes, sha256 } from "#wire";
import { DAY_HOURS } from "../periods.ts";
import { nameOf } from "./cuts.ts";
import { printOf } from "./day-prints.ts";

/** One way in which what was fed differs from what the log says of a day. */
export interface DayDifference {
  /** EVENTS, DIGEST, or kind, status and code of records, such as `TRACE_REQUEST ACTUAL`. */
  readonly what: string;
  readonly told: number;
  readonly fed: number;
}

/** What was fed of one day. */
export interface FedDay {
  readonly events: number;
  readonly digest: Uint8Array;
  readonly firstIndex: number | null;
  readonly lastIndex: number | null;
  /** By kind, status and code. */
  readonly counts: ReadonlyMap<string, number>;
  /** Of each event, in the order of the log. */
  readonly prints: Uint8Array;
}

interface EventRow extends SqlRow {
  log_index: number;
  refusal: string;
  event: Uint8Array;
}

/** Told of each event of a day; undefined: what is kept there is none. */
type EventVisitor = (event: MonitorEvent | undefined, refusal: string) => void;

/**
 * Compares the share of a day, which the log is bound to, with what was fed of it (TP-MON-10); what
 * was refused was fed too. Gives what differs, and keeps the comparison.
 */
export async function compareDay(
  tx: Transaction,
  share: DailyCountsShare,
  about: { readonly day: number; readonly number: number; readonly nowMs: number },
): Promise<readonly DayDifference[]> {
  const fed = await fedOn(tx, about.day);
  const differences = differencesOf(share, fed).slice(0, MONITOR_LIMITS.differencesMax);
  await tx.run(
    `INSERT INTO monitor_day (day, number, log_index, events_told, events_fed, first_index,
       last_index, differences, compared_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (day) DO UPDATE SET number = excluded.number, log_index = excluded.log_index,
       events_told = excluded.events_told, events_fed = excluded.events_fed,
       first_index = excluded.first_index, last_index = excluded.last_index,
       differences = excluded.differences, compared_at = excluded.compared_at`,
    ...[about.day, about.number, Number(share.logIndex), Number(share.events), fed.events],
    ...[fed.firstIndex, fed.lastIndex, JSON.stringify(differences), about.nowMs],
  );
  await tx.run(
    `INSERT INTO monitor_day_kept (day, share, prints, looked_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (day) DO UPDATE SET share = excluded.share, prints = excluded.prints,
       looked_at = excluded.looked_at`,
    ...[about.day, encodeMessage(DailyCountsShare, share), fed.prints, about.nowMs],
  );
  return differences;
}

/** What the share of a day and what was fed of it differ in. */
export function differencesOf(share: DailyCountsShare, fed: FedDay): DayDifference[] {
  const told = new Map(share.counts.map((count) => [countName(count), Number(count.records)]));
  const names = [...new Set([...told.keys(), ...fed.counts.keys()])].toSorted();
  const counted = names
    .map((what) => ({ what, told: told.get(what) ?? 0, fed: fed.counts.get(what) ?? 0 }))
    .filter(({ told: one, fed: other }) => one !== other);
  const events = Number(share.events);
  const isSame = events === fed.events && equalBytes(share.eventsDigest, fed.digest);
  if (isSame) return counted;
  const what = events === fed.events ? "DIGEST" : "EVENTS";
  return [{ what, told: events, fed: fed.events }, ...counted];
}

/** Reads what was fed of a day, page by page. */
export async function fedOn(
  tx: Transaction,
  day: number,
  visit: EventVisitor = () => {},
): Promise<FedDay> {
  const digests = createHash("sha256");
  const counts = new Map<string, number>();
  const prints: Uint8Array[] = [];
  let firstIndex: number | null = null;
  let lastIndex: number | null = null;
  for (let after = -1; ; ) {
    const rows = await tx.all<EventRow>(
      `SELECT log_index, refusal, event FROM monitor_event
       WHERE hour >= ? AND hour < ? AND log_index > ? ORDER BY log_index LIMIT ?`,
      ...[day * DAY_HOURS, (day + 1) * DAY_HOURS, after, MONITOR_LIMITS.comparedEventsPage],
    );
    for (const { event: bytes, log_index: index, refusal } of rows) {
      const digest = sha256(bytes);
      digests.update(digest);
      prints.push(printOf(index, digest));
      // What was fed can be read; what was altered since may be anything.
      const event = decodeExactly(MonitorEvent, bytes);
      visit(event, refusal);
      const name = event === undefined ? "UNREADABLE" : countName(event);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      firstIndex ??= index;
      lastIndex = index;
    }
    if (rows.length < MONITOR_LIMITS.comparedEventsPage || lastIndex === null) break;
    after = lastIndex;
  }
  const found = { firstIndex, lastIndex, counts, prints: Buffer.concat(prints) };
  return { ...found, events: prints.length, digest: digests.digest() };
}

function countName({ code, kind, status }: Omit<RecordCount, "records">): string {
  const names = [nameOf(Kind, kind), nameOf(ExchangeStatus, status)];
  if (code !== RefusalCode.UNSPECIFIED) names.push(nameOf(RefusalCode, code));
  return names.map((name) => name ?? "UNKNOWN").join(" ");
}

/** A day as it was compared. */
export interface ComparedDay {
  readonly day: number;
  /** Place in the log of the entry that holds the digest of the counts. */
  readonly logIndex: number;
  readonly eventsTold: number;
  readonly eventsFed: number;
  /** Places in the log of the first and the last event that was fed. */
  readonly firstIndex: number | null;
  readonly lastIndex: number | null;
  readonly differences: readonly DayDifference[];
  readonly comparedAtMs: number;
}

interface DayRow extends SqlRow {
  day: number;
  log_index: number;
  events_told: number;
  events_fed: number;
  first_index: number | null;
  last_index: number | null;
  differences: string;
  compared_at: number;
}

/** Compared days, the newest first, or those that differ alone. */
export async function comparedDays(
  tx: Transaction,
  { differing, limit }: { readonly differing: boolean; readonly limit: number },
): Promise<ComparedDay[]> {
  const rows = await tx.all<DayRow>(
    `SELECT * FROM monitor_day ${differing ? "WHERE differences <> '[]'" : ""}
     ORDER BY day DESC LIMIT ?`,
    limit,
  );
  return rows.map((row) => ({
    ...{ day: row.day, logIndex: row.log_index },
    ...{ eventsTold: row.events_told, eventsFed: row.events_fed },
    ...{ firstIndex: row.first_index, lastIndex: row.last_index, comparedAtMs: row.compared_at },
    differences: JSON.parse(row.differences) as DayDifference[],
  }));
}
