import { hash } from "node:crypto";
import type { FirearmRecord, RegisterEvent } from "#casework";
import { inOrderOfTime } from "#casework";
import type { SqlRow, SqlValue, Transaction } from "#runtime";

/** Records of what happened to firearms (TP-FIRE-6). */

interface EventRow extends SqlRow {
  firearm_id: string;
  event_key: string;
  event_id: string | null;
  kind: RegisterEvent["kind"];
  date: string | null;
  from_party: string | null;
  from_state: string | null;
  to_party: string | null;
  to_state: string | null;
  authorization_ref: string | null;
  holder_kind: NonNullable<RegisterEvent["holderKind"]> | null;
  evidence: NonNullable<RegisterEvent["evidence"]> | null;
}

const COLUMNS = [
  "event_id",
  "kind",
  "date",
  "from_party",
  "from_state",
  "to_party",
  "to_state",
  "authorization_ref",
  "holder_kind",
  "evidence",
] as const;

/** An upsert that touches nothing when the event is there already as it is. */
const PUT_SQL = `INSERT INTO firearm_event (firearm_id, event_key, ${COLUMNS.join(", ")})
  VALUES (?, ?, ${COLUMNS.map(() => "?").join(", ")})
  ON CONFLICT (firearm_id, event_key) DO UPDATE SET
    ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}
  WHERE ${COLUMNS.map((name) => `${name} IS NOT excluded.${name}`).join(" OR ")}`;

/** Events of one firearm; by key, so that the order never depends on how they came. */
export const EVENTS_SQL = "SELECT * FROM firearm_event WHERE firearm_id = ? ORDER BY event_key";

/** Keeps events of a firearm; gives how many are new or changed. The same again changes nothing. */
export async function putEvents(
  tx: Transaction,
  firearmId: string,
  events: readonly RegisterEvent[],
): Promise<number> {
  let changed = 0;
  for (const event of events) {
    const values: SqlValue[] = columnsOf(event);
    const key = event.eventId ?? `#${hash("sha256", JSON.stringify(values), "base64url")}`;
    changed += await tx.run(PUT_SQL, firearmId, key, ...values);
  }
  return changed;
}

/** Every event of a firearm, in the order of time. */
export async function eventsOf(tx: Transaction, firearmId: string): Promise<RegisterEvent[]> {
  const rows = await tx.all<EventRow>(EVENTS_SQL, firearmId);
  return inOrderOfTime(rows.map(eventOf));
}

/** Records with the events of each. */
export async function withEvents(
  tx: Transaction,
  records: readonly FirearmRecord[],
): Promise<FirearmRecord[]> {
  const told: FirearmRecord[] = [];
  for (const record of records) {
    const events = await eventsOf(tx, record.id);
    told.push(events.length === 0 ? record : { ...record, events });
  }
  return told;
}

function columnsOf(event: RegisterEvent): SqlValue[] {
  return [
    event.eventId ?? null,
    event.kind,
    event.date ?? null,
    event.fromParty ?? null,
    event.fromState ?? null,
    event.toParty ?? null,
    event.toState ?? null,
    event.authorizationRef ?? null,
    event.holderKind ?? null,
    event.evidence ?? null,
  ];
}

function eventOf(row: EventRow): RegisterEvent {
  return {
    kind: row.kind,
    ...(row.event_id === null ? {} : { eventId: row.event_id }),
    ...(row.date === null ? {} : { date: row.date }),
    ...(row.from_party === null ? {} : { fromParty: row.from_party }),
    ...(row.from_state === null ? {} : { fromState: row.from_state }),
    ...(row.to_party === null ? {} : { toParty: row.to_party }),
    ...(row.to_state === null ? {} : { toState: row.to_state }),
    ...(row.authorization_ref === null ? {} : { authorizationRef: row.authorization_ref }),
    ...(row.holder_kind === null ? {} : { holderKind: row.holder_kind }),
    ...(row.evidence === null ? {} : { evidence: row.evidence }),
  };
}
