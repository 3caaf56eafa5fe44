import { type FirearmRecord, type FirearmStatus, lookAlikeKey, standingOf } from "#casework";
import type { SqlValue, Transaction } from "#runtime";
import { eventsOf, putEvents } from "./firearm-events.ts";
import { type FirearmRow, RECORD_COLUMNS, valuesOf } from "./firearm-record.ts";

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

const UPSERT_SQL = `INSERT INTO firearm (${RECORD_COLUMNS.join(", ")})
  VALUES (${RECORD_COLUMNS.map(() => "?").join(", ")})
  ON CONFLICT (id) DO UPDATE SET
    ${RECORD_COLUMNS.filter((name) => name !== "id")
      .map((name) => `${name} = excluded.${name}`)
      .join(", ")}`;

/** Keeps one firearm with its events; the same again changes nothing (TP-FIRE-9). */
export async function putFirearm(tx: Transaction, incoming: IncomingFirearm): Promise<KeptFirearm> {
  const before = await tx.get<FirearmRow>(FIREARM_SQL, incoming.id);
  const added = await putEvents(tx, incoming.id, incoming.events ?? []);
  const record = await standing(tx, incoming, before !== undefined);
  const values: SqlValue[] = valuesOf(record);
  const isSame = RECORD_COLUMNS.every((name, index) => before?.[name] === values[index]);
  if (!isSame) await tx.run(UPSERT_SQL, ...values);
  if (before === undefined) return { change: "inserted", events: added };
  return { change: isSame && added === 0 ? "unchanged" : "updated", events: added };
}

/** The record with what its events say last, those of earlier imports included. */
async function standing(
  tx: Transaction,
  incoming: IncomingFirearm,
  isKnown: boolean,
): Promise<FirearmRecord> {
  const { status } = incoming;
  if (status !== undefined) return { ...incoming, status };
  const events = isKnown ? await eventsOf(tx, incoming.id) : (incoming.events ?? []);
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
