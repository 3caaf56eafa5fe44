import type { DuePart, HeldFacts, Reckoned } from "#disposal";
import { Header } from "#proto";
import { classifyMessage, planRetention, type ScheduleHistory } from "#records";
import { DISPOSAL_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { keptPositions } from "../kept-parts.ts";
import type { MessageRow } from "../message-row.ts";
import { DELIVERY, DELIVERY_STRIDE } from "../tables.ts";
import type { ConversationTimes } from "./conversation-times.ts";

/** A part of a message that is due. */
export interface DueMessagePart extends DuePart {
  /** Place in the header. */
  readonly position: number;
  readonly sha256: Uint8Array;
}

/** What is reckoned of a record. */
export interface RecordReckoned extends Reckoned {
  /** Retention class of the message. */
  readonly class: string;
  readonly facts: HeldFacts;
  /** Parts that are here and due now. */
  readonly due: readonly DueMessagePart[];
  /** When the first of the parts that are here is due; null: none has a date. */
  readonly dueAtMs: number | null;
  /** The same without those that are due now. */
  readonly laterAtMs: number | null;
}

/** What a record is reckoned with. */
export interface Reckoning {
  readonly history: ScheduleHistory;
  readonly times: ConversationTimes;
  readonly nowMs: number;
}

/** How the deliveries of a message stand. */
interface DeliveriesEnded {
  /** Recipients that may still get it, for all that is known. */
  readonly open: ReadonlySet<string>;
  /** Recipient → when it had the message, or was not to have it any more. */
  readonly endedAtMs: ReadonlyMap<string, number>;
}

/**
 * Reckons which parts of a record are due (TP-DISP-2). While a delivery is open none is. What has
 * not happened is taken to happen now for the next look: no record is due before it is looked at.
 */
export async function reckonDue(
  tx: Transaction,
  row: MessageRow,
  { history, nowMs, times }: Reckoning,
): Promise<RecordReckoned> {
  const header = Header.decode(row.header);
  const classes = classifyMessage(header);
  const ended = await deliveriesOf(tx, row.id);
  const kept = await keptPositions(tx, row.id);
  const said = await times.of(header.conversationId);
  const { CASE_CLOSED: closedAtMs, LAST_MESSAGE: lastAtMs = 0 } = said;
  // Nothing counts from before the record itself: a late one has its whole time.
  const triggers = {
    RECORDED: row.recorded_at,
    LAST_MESSAGE: Math.max(row.recorded_at, lastAtMs),
    ...(closedAtMs === undefined ? {} : { CASE_CLOSED: Math.max(row.recorded_at, closedAtMs) }),
  };
  const partsBy = (open: Readonly<Partial<Record<"DELIVERED", number>>>) =>
    classes.parts.map((part) => {
      const endedAtMs = deliveredAt(ended, part.onlyFor, row.recorded_at);
      return { ...part, triggers: endedAtMs === undefined ? open : { DELIVERED: endedAtMs } };
    });
  const item = {
    class: classes.class,
    instruments: classes.instruments,
    takenUnder: row.schedule_version,
    holds: [],
  };
  const plan = planRetention({ ...item, triggers, parts: partsBy({}) }, history);
  const sooner = planRetention(
    {
      ...item,
      triggers: { CASE_CLOSED: nowMs, EXPIRED: nowMs, ...triggers },
      parts: partsBy({ DELIVERED: nowMs }),
    },
    history,
  );
  const due: DueMessagePart[] = [];
  let lookAtMs: number | null = null;
  const dates: number[] = [];
  for (const position of kept) {
    const one = plan.parts[position];
    const info = header.parts[position];
    if (one === undefined || info === undefined) continue;
    const { dueAtMs } = one;
    if (dueAtMs !== undefined && dueAtMs <= nowMs && ended.open.size === 0) {
      const { name, onlyFor, sha256 } = info;
      due.push({ position, name, onlyFor, sha256, plan: { ...one, dueAtMs } });
      continue;
    }
    if (dueAtMs !== undefined) dates.push(dueAtMs);
    const early = Math.min(dueAtMs ?? Infinity, sooner.parts[position]?.dueAtMs ?? Infinity);
    const next = early > nowMs ? early : nowMs + DISPOSAL_LIMITS.openLookMs;
    if (next !== Infinity) lookAtMs = Math.min(lookAtMs ?? Infinity, next);
  }
  const facts = factsOf(row, header);
  const dueAtMs = earliest([...dates, ...due.map(({ plan: { dueAtMs: atMs } }) => atMs)]);
  const laterAtMs = earliest(dates);
  const about = { class: classes.class, facts, due, kept: kept.length };
  return { ...about, lookAtMs, dueAtMs, laterAtMs };
}

function earliest(times: readonly number[]): number | null {
  return times.length === 0 ? null : Math.min(...times);
}

/** What a record is held by. */
export function factsOf(
  row: Pick<MessageRow, "id" | "sender" | "message_id" | "recorded_at">,
  header: Header,
): HeldFacts {
  const { conversationId, kind, recipients } = header;
  return {
    ...{ conversationId, kind, recipients },
    id: row.id,
    sender: row.sender,
    messageId: row.message_id,
    recordedAtMs: row.recorded_at,
  };
}

/** How the deliveries of a message stand. */
export async function deliveriesOf(tx: Transaction, id: number): Promise<DeliveriesEnded> {
  const rows = await tx.all<SqlRow & { recipient: string; state: number; ended_at: number | null }>(
    `SELECT d.recipient, d.state, coalesce(d.expiry_at, m.recorded_at) AS ended_at
     FROM deliveries d LEFT JOIN messages m ON m.id = d.receipt WHERE d.id >= ? AND d.id < ?`,
    id * DELIVERY_STRIDE,
    (id + 1) * DELIVERY_STRIDE,
  );
  const open = new Set<string>();
  const endedAtMs = new Map<string, number>();
  for (const { ended_at: atMs, recipient, state } of rows) {
    // One that ended at no known time lets nothing go.
    if (state < DELIVERY.delivered || atMs === null) open.add(recipient);
    else endedAtMs.set(recipient, atMs);
  }
  return { open, endedAtMs };
}

/**
 * When a part had reached whom it is for; one for all, when it had reached the last of them. Whom
 * it was never to reach, the routing having refused it, had it when it was recorded.
 */
export function deliveredAt(
  { endedAtMs, open }: DeliveriesEnded,
  onlyFor: string,
  recordedAtMs: number,
): number | undefined {
  if (onlyFor === "") {
    return open.size > 0 ? undefined : Math.max(recordedAtMs, ...endedAtMs.values());
  }
  return open.has(onlyFor) ? undefined : (endedAtMs.get(onlyFor) ?? recordedAtMs);
}
