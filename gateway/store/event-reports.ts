import { GATEWAY_LIMITS, type Transaction } from "#runtime";
import { IN_STREAM } from "#wire";
import type { EventKind } from "./event-kinds.ts";
import { noteOccurrences, type Occurrence } from "./operator-events.ts";
import { DELIVERY } from "./tables.ts";

/** What somebody has read from one source, between two places in it. */
export interface EventReport {
  /** Names what it was read from, such as one log file. */
  readonly source: string;
  /** Where reading began: everything before was read and reported earlier. */
  readonly from: number;
  /** Where it ended; above `from`. */
  readonly to: number;
  readonly occurrences: readonly Occurrence[];
}

/** What became of a report. */
export interface ReportResult {
  /** Whether it was counted; if not, its reader goes on at `place`. */
  readonly counted: boolean;
  /** Up to where the source is counted now. */
  readonly place: number;
}

/**
 * Counts what somebody else has seen, once (TP-OPS-15): a report that begins before the place up to
 * which its source is counted changes nothing and is answered with that place.
 */
export async function reportOccurrences(
  tx: Transaction,
  args: EventReport & { readonly nowMs: number },
): Promise<ReportResult> {
  const { source, from, to, occurrences, nowMs } = args;
  const known = await tx.get<{ place: number }>(
    "SELECT place FROM operator_source WHERE source = ?",
    source,
  );
  if (known !== undefined && from < known.place) return { counted: false, place: known.place };
  await noteOccurrences(tx, occurrences, nowMs);
  for (const occurrence of occurrences) await dispatchLostAgain(tx, occurrence, nowMs);
  await tx.run(
    `INSERT INTO operator_source (source, place, reported_at) VALUES (?, ?, ?)
     ON CONFLICT (source) DO UPDATE SET place = excluded.place, reported_at = excluded.reported_at`,
    source,
    to,
    nowMs,
  );
  await tx.run(
    `DELETE FROM operator_source WHERE source NOT IN (SELECT source FROM operator_source
       ORDER BY reported_at DESC, source LIMIT ?)`,
    GATEWAY_LIMITS.eventSourcesMax,
  );
  return { counted: true, place: to };
}

const LOSSES: readonly EventKind[] = ["STREAM_TAIL_LOST", "STREAM_RECREATED"];

/** What was in an inbox that has lost something is dispatched again at once (TP-OPS-18). */
async function dispatchLostAgain(
  tx: Transaction,
  { kind, participant, subject }: Occurrence,
  nowMs: number,
): Promise<void> {
  if (!LOSSES.includes(kind) || subject !== `${participant}/${IN_STREAM}`) return;
  await tx.run(
    "UPDATE deliveries SET next_at = min(next_at, ?) WHERE state = ? AND recipient = ?",
    nowMs,
    DELIVERY.dispatched,
    participant,
  );
}
