import { GATEWAY_LIMITS, type SqlRow, type SqlValue, type Transaction } from "#runtime";
import { EXCHANGE_ACTOR } from "#users";
import type { EventKind } from "./event-kinds.ts";

/** Something an operator is to be told of. */
export interface Occurrence {
  readonly kind: EventKind;
  /** Participant id; empty when it is nobody's in particular. */
  readonly participant: string;
  /** What it is about, within kind and participant: a code, a message id, a stream. */
  readonly subject: string;
  /** What was seen last, for a person; never content of a message. */
  readonly detail?: string;
  /** How often; default once. */
  readonly count?: number;
}

/** An event as an operator sees it. */
export interface OperatorEvent {
  readonly id: number;
  readonly kind: EventKind;
  readonly participant: string;
  readonly subject: string;
  readonly detail: string;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Null: it is open. */
  readonly acknowledged: {
    readonly atMs: number;
    /** User id. */
    readonly by: string;
    readonly note: string;
  } | null;
}

/** Subject of the row that too many subjects of one participant and kind share (TP-OPS-13). */
export const OTHER_SUBJECTS = "(others)";

/**
 * Counts occurrences in the transaction that records what was seen: one open row for each kind,
 * participant and subject (TP-OPS-12). What is the same is counted together before.
 */
export async function noteOccurrences(
  tx: Transaction,
  occurrences: readonly Occurrence[],
  nowMs: number,
): Promise<void> {
  const together = new Map<string, Required<Occurrence>>();
  for (const { kind, participant, subject, detail = "", count = 1 } of occurrences) {
    const short = subject.slice(0, GATEWAY_LIMITS.eventSubjectCharsMax);
    const key = JSON.stringify([kind, participant, short]);
    const sum = (together.get(key)?.count ?? 0) + count;
    together.set(key, { kind, participant, subject: short, detail, count: sum });
  }
  for (const occurrence of together.values()) await noteOne(tx, occurrence, nowMs);
}

/** The same in a transaction of its own, for what was seen apart from any message. */
export async function noteEvents(
  tx: Transaction,
  args: { readonly occurrences: readonly Occurrence[]; readonly nowMs: number },
): Promise<void> {
  await noteOccurrences(tx, args.occurrences, args.nowMs);
}

async function noteOne(tx: Transaction, one: Required<Occurrence>, nowMs: number): Promise<void> {
  const { kind, participant, count } = one;
  const detail = one.detail.slice(0, GATEWAY_LIMITS.eventDetailCharsMax);
  await tx.run(
    `INSERT INTO operator_event (kind, participant, subject, detail, count, first_at, last_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (kind, participant, subject) WHERE acknowledged_at IS NULL DO UPDATE SET
       count = operator_event.count + excluded.count, detail = excluded.detail,
       last_at = max(operator_event.last_at, excluded.last_at)`,
    kind,
    participant,
    await subjectFor(tx, one),
    detail,
    count,
    nowMs,
    nowMs,
  );
  await tx.run(
    `INSERT INTO operator_event_total (kind, count) VALUES (?, ?)
     ON CONFLICT (kind) DO UPDATE SET count = operator_event_total.count + excluded.count`,
    kind,
    count,
  );
}

async function subjectFor(tx: Transaction, one: Required<Occurrence>): Promise<string> {
  const { kind, participant, subject } = one;
  const open = "kind = ? AND participant = ? AND acknowledged_at IS NULL";
  const known = await tx.get(
    `SELECT 1 FROM operator_event WHERE ${open} AND subject = ?`,
    kind,
    participant,
    subject,
  );
  if (known !== undefined) return subject;
  const rows = await tx.get<{ count: number }>(
    `SELECT count(*) AS count FROM operator_event WHERE ${open}`,
    kind,
    participant,
  );
  return (rows?.count ?? 0) < GATEWAY_LIMITS.eventSubjectsMax ? subject : OTHER_SUBJECTS;
}

interface EventRow extends SqlRow {
  id: number;
  kind: EventKind;
  participant: string;
  subject: string;
  detail: string;
  count: number;
  first_at: number;
  last_at: number;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  note: string;
}

/** Lists events, the newest first, those below the id `before` only. */
export async function listEvents(
  tx: Transaction,
  args: {
    readonly before: number | null;
    /** Null: both. */
    readonly isOpen: boolean | null;
    readonly kind: EventKind | null;
    readonly participant: string | null;
    readonly limit: number;
  },
): Promise<OperatorEvent[]> {
  const conditions: [string, ...SqlValue[]][] = [];
  if (args.before !== null) conditions.push(["id < ?", args.before]);
  if (args.isOpen === true) conditions.push(["acknowledged_at IS NULL"]);
  if (args.isOpen === false) conditions.push(["acknowledged_at IS NOT NULL"]);
  if (args.kind !== null) conditions.push(["kind = ?", args.kind]);
  if (args.participant !== null) conditions.push(["participant = ?", args.participant]);
  const where = conditions.map(([condition]) => condition).join(" AND ");
  const rows = await tx.all<EventRow>(
    `SELECT * FROM operator_event ${where === "" ? "" : `WHERE ${where}`}
     ORDER BY id DESC LIMIT ?`,
    ...conditions.flatMap(([, ...values]) => values),
    args.limit,
  );
  return rows.map(eventOf);
}

/**
 * Closes an event (TP-OPS-14). One that is closed stays as it was closed first; null when there is
 * none, or it has given way. The oldest closed ones give way.
 */
export async function acknowledgeEvent(
  tx: Transaction,
  args: {
    readonly id: number;
    readonly actor: string;
    readonly note: string;
    readonly nowMs: number;
  },
): Promise<{ readonly event: OperatorEvent; readonly isNew: boolean } | null> {
  const changed = await tx.run(
    `UPDATE operator_event SET acknowledged_at = ?, acknowledged_by = ?, note = ?
     WHERE id = ? AND acknowledged_at IS NULL`,
    args.nowMs,
    args.actor,
    args.note,
    args.id,
  );
  const row = await tx.get<EventRow>("SELECT * FROM operator_event WHERE id = ?", args.id);
  if (row === undefined) return null;
  await tx.run(
    `DELETE FROM operator_event WHERE acknowledged_at IS NOT NULL AND id NOT IN
       (SELECT id FROM operator_event WHERE acknowledged_at IS NOT NULL
        ORDER BY acknowledged_at DESC, id DESC LIMIT ?)`,
    GATEWAY_LIMITS.eventsClosedMax,
  );
  return { event: eventOf(row), isNew: changed > 0 };
}

/** What stands with an event that nobody had to look at. */
const SETTLED_NOTE =
  "by itself: the same headers were recorded under a valid key of their sender, who signed again";

/**
 * Takes occurrences that turned out to be none out of an open event; once all are, it is closed by
 * itself, with the reason (TP-OPS-22).
 */
export async function settleOccurrences(
  tx: Transaction,
  { count, id }: { readonly id: number; readonly count: number },
  nowMs: number,
): Promise<void> {
  await tx.run(
    "UPDATE operator_event SET settled = settled + ? WHERE id = ? AND acknowledged_at IS NULL",
    count,
    id,
  );
  const event = await tx.get<{ id: number }>(
    "SELECT id FROM operator_event WHERE id = ? AND acknowledged_at IS NULL AND settled >= count",
    id,
  );
  if (event === undefined) return;
  await acknowledgeEvent(tx, { id, actor: EXCHANGE_ACTOR, note: SETTLED_NOTE, nowMs });
}

/** What an event of a kind adds up to. */
export interface EventCount {
  readonly kind: EventKind;
  /** Events that nobody has acknowledged. */
  readonly open: number;
  /** Occurrences ever counted. */
  readonly total: number;
}

/** Counts by kind; kinds that never occurred are left out. */
export async function eventCounts(tx: Transaction): Promise<EventCount[]> {
  return await tx.all<EventCount & SqlRow>(
    `SELECT kind, count AS total, (SELECT count(*) FROM operator_event AS event
       WHERE event.kind = total.kind AND acknowledged_at IS NULL) AS open
     FROM operator_event_total AS total ORDER BY kind`,
  );
}

function eventOf(row: EventRow): OperatorEvent {
  const { acknowledged_at: atMs, acknowledged_by: by, note } = row;
  return {
    id: row.id,
    kind: row.kind,
    participant: row.participant,
    subject: row.subject,
    detail: row.detail,
    count: row.count,
    firstAtMs: row.first_at,
    lastAtMs: row.last_at,
    acknowledged: atMs === null ? null : { atMs, by: by ?? "", note },
  };
}
