import {
  type FirearmRecord,
  type FirearmStatus,
  normalizeMake,
  normalizeSerial,
  type RefusalGroundName,
} from "#casework";
import { type Firearm, SerialStatus } from "#proto";
import type { SqlRow, SqlValue, Transaction } from "#runtime";

/** Columns of a record, in the order of {@link valuesOf}. */
export const RECORD_COLUMNS = [
  "id",
  "make",
  "make_key",
  "serial_raw",
  "serial_key",
  "model",
  "calibre",
  "status",
  "holder",
  "exported_to",
  "event_date",
  "restriction",
  "made_up",
  "source_note",
] as const;

/** A row of the register. */
export interface FirearmRow extends SqlRow {
  id: string;
  make: string;
  make_key: string;
  serial_raw: string;
  serial_key: string;
  model: string | null;
  calibre: string | null;
  status: FirearmStatus;
  holder: string | null;
  exported_to: string | null;
  event_date: string | null;
  restriction: RefusalGroundName | null;
  made_up: number;
  source_note: string;
}

/** Column values of a record. */
export function valuesOf(record: FirearmRecord): SqlValue[] {
  return [
    record.id,
    record.make,
    normalizeMake(record.make),
    record.serialRaw,
    record.serialNormalized,
    record.model ?? null,
    record.calibre ?? null,
    record.status,
    record.holder ?? null,
    record.exportedTo ?? null,
    record.eventDate ?? null,
    record.restriction ?? null,
    record.madeUp ? 1 : 0,
    record.sourceNote,
  ];
}

function recordOf(row: FirearmRow): FirearmRecord {
  return {
    id: row.id,
    make: row.make,
    serialRaw: row.serial_raw,
    serialNormalized: row.serial_key,
    status: row.status,
    madeUp: row.made_up === 1,
    sourceNote: row.source_note,
    ...(row.model === null ? {} : { model: row.model }),
    ...(row.calibre === null ? {} : { calibre: row.calibre }),
    ...(row.holder === null ? {} : { holder: row.holder }),
    ...(row.exported_to === null ? {} : { exportedTo: row.exported_to }),
    ...(row.event_date === null ? {} : { eventDate: row.event_date }),
    ...(row.restriction === null ? {} : { restriction: row.restriction }),
  };
}

/** Records that more than these match tell nobody apart anyway. */
const MATCHES_MAX = 50;

/**
 * Records that a traced firearm may be: same brand, same serial number, both in their normal forms;
 * a partial serial number matches by its known characters (domain notes 1.2). Without a serial
 * number none can be told apart, so none is given.
 */
export async function matchFirearm(
  tx: Transaction,
  firearm: Firearm | undefined,
): Promise<FirearmRecord[]> {
  if (firearm === undefined) return [];
  const serial = normalizeSerial(firearm.serialRaw);
  if (serial === "") return [];
  const make = normalizeMake(firearm.make);
  if (firearm.serialStatus === SerialStatus.PARTIAL) return await matchPartial(tx, make, serial);
  const rows = await tx.all<FirearmRow>(
    "SELECT * FROM firearm WHERE make_key = ? AND serial_key = ? ORDER BY id LIMIT ?",
    make,
    serial,
    MATCHES_MAX,
  );
  return rows.map(recordOf);
}

/** `?` stands for one unknown character; what is known before the first one bounds the search. */
async function matchPartial(
  tx: Transaction,
  make: string,
  serial: string,
): Promise<FirearmRecord[]> {
  const prefix = serial.slice(0, serial.indexOf("?") < 0 ? serial.length : serial.indexOf("?"));
  const pattern = serial.replaceAll(/[[*]/g, (character) => `[${character}]`);
  const rows = await tx.all<FirearmRow>(
    `SELECT * FROM firearm WHERE make_key = ? AND serial_key >= ? AND serial_key < ?
       AND serial_key GLOB ? ORDER BY id LIMIT ?`,
    make,
    prefix,
    `${prefix}\u{10ffff}`,
    pattern,
    MATCHES_MAX,
  );
  return rows.map(recordOf);
}

/** Looks records up by brand, serial number or both; what is given must match in normal form. */
export async function findFirearms(
  tx: Transaction,
  args: { make?: string; serial?: string; limit: number },
): Promise<FirearmRecord[]> {
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  if (args.make !== undefined) {
    conditions.push("make_key = ?");
    params.push(normalizeMake(args.make));
  }
  if (args.serial !== undefined) {
    conditions.push("serial_key = ?");
    params.push(normalizeSerial(args.serial));
  }
  if (conditions.length === 0) return [];
  const sql = `SELECT * FROM firearm WHERE ${conditions.join(" AND ")} LIMIT ?`;
  const rows = await tx.all<FirearmRow>(sql, ...params, args.limit);
  return rows.map(recordOf);
}

/** How many records the register holds. */
export async function countFirearms(tx: Transaction, _args: unknown): Promise<number> {
  const row = await tx.get<{ records: number }>("SELECT records FROM firearm_total");
  return row?.records ?? 0;
}
