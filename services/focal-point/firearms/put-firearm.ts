import {
  type FirearmRecord,
  type FirearmStatus,
  lookAlikeKey,
  type RegisterEvent,
  standingOf,
} from "#casework";
import type { SqlValue, Transaction } from "#runtime";
import { eventsOf, putEvents } from "./firearm-events.ts";
import { type FirearmRow, RECORD_COLUMNS, valuesOf } from "./firearm-record.ts";
import { changeKeys } from "./serial-keys.ts";

/**
 * A firearm as it comes in: without a status where its events say what it is. The events are added
 * to those the register has; one with an id replaces that of the same id.
 */
export type IncomingFirearm = Omit<FirearmRecord, "status"> & { readonly status?: FirearmStatus };

/** What keeping a firearm came to. */
export interface KeptFirearm {
  readonly change: "inserted" | "updated" | "unchanged";
  /** Events that are new or changed. */
  readonly events: number;
}

/** Whether a firearm is there, by its id. */
export const FIREARM_SQL = "SELECT * FROM firearm WHERE id = ?";

/** Adds a firearm that is not there; most of an import are. */
const INSERT_SQL = `INSERT INTO firearm (${RECORD_COLUMNS.join(", ")})
  VALUES (${RECORD_COLUMNS.map(() => "?").join(", ")}) ON CONFLICT (id) DO NOTHING`;
const UPDATE_SQL = `UPDATE firearm SET ${RECORD_COLUMNS.map((name) => `${name} = ?`).join(", ")}
  WHERE position = ?`;

/**
 * Keeps one firearm with its events; the same again changes nothing (TP-FIRE-9). A new one is found
 * by its serial number once {@link orderKeys} has made its keys.
 */
export async function putFirearm(tx: Transaction, incoming: IncomingFirearm): Promise<KeptFirearm> {
  const { events = [], id } = incoming;
  const added = await putEvents(tx, id, events);
  const isNew = (await tx.run(INSERT_SQL, ...valuesOf(standing(incoming, events)))) > 0;
  if (isNew) return { change: "inserted", events: added };
  const isUpdated = await updateFirearm(tx, incoming);
  return { change: isUpdated || added > 0 ? "updated" : "unchanged", events: added };
}

/** Keeps a firearm that is there; false when it is there as it is. */
async function updateFirearm(tx: Transaction, incoming: IncomingFirearm): Promise<boolean> {
  const before = await tx.get<FirearmRow>(FIREARM_SQL, incoming.id);
  if (before === undefined) return false;
  const values: SqlValue[] = valuesOf(standing(incoming, await eventsOf(tx, incoming.id)));
  if (RECORD_COLUMNS.every((name, index) => before[name] === values[index])) return false;
  await tx.run(UPDATE_SQL, ...values, before.position);
  const after = lookAlikeKey(incoming.serialRaw);
  if (before.look_alike !== after) {
    await changeKeys(tx, before.position, { before: before.look_alike, after });
  }
  return true;
}

/** The record with what its events say last, those of earlier imports included. */
function standing(incoming: IncomingFirearm, events: readonly RegisterEvent[]): FirearmRecord {
  const { status } = incoming;
  if (status !== undefined) return { ...incoming, status };
  return { ...incoming, ...(standingOf(events) ?? { status: "held" }) };
}

/** Notes the characters that serial numbers are made of: what slips are tried out with. */
export async function noteGlyphs(
  tx: Transaction,
  records: readonly Pick<FirearmRecord, "serialRaw">[],
): Promise<void> {
  const glyphs = new Set(records.flatMap(({ serialRaw }) => [...lookAlikeKey(serialRaw)]));
  await tx.run(
    "INSERT INTO firearm_glyph SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
    JSON.stringify([...glyphs]),
  );
}
