import {
  type FirearmRecord,
  type FirearmStatus,
  lookAlikeKey,
  normalizeMake,
  normalizeSerial,
  type RefusalGroundName,
} from "#casework";
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
  "maker",
  "licensee",
  "type",
  "country",
  "year",
  "import_country",
  "import_year",
  "record_holder",
  "look_alike",
] as const;

/** A row of the register. */
export interface FirearmRow extends SqlRow {
  /** Where it stands in the register; its keys point at it. */
  position: number;
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
  maker: string | null;
  licensee: string | null;
  type: string | null;
  country: string | null;
  year: number | null;
  import_country: string | null;
  import_year: number | null;
  record_holder: NonNullable<FirearmRecord["recordHolder"]> | null;
  look_alike: string;
}

/** Column values of a record. */
export function valuesOf(record: FirearmRecord): SqlValue[] {
  return [
    record.id,
    record.make,
    normalizeMake(record.make),
    record.serialRaw,
    normalizeSerial(record.serialRaw),
    record.model ?? null,
    record.calibre ?? null,
    record.status,
    record.holder ?? null,
    record.exportedTo ?? null,
    record.eventDate ?? null,
    record.restriction ?? null,
    record.madeUp ? 1 : 0,
    record.sourceNote,
    record.maker ?? null,
    record.licensee ?? null,
    record.type ?? null,
    record.countryOfManufacture ?? null,
    record.yearOfManufacture ?? null,
    record.importCountry ?? null,
    record.importYear ?? null,
    record.recordHolder ?? null,
    lookAlikeKey(record.serialRaw),
  ];
}

/** A row as a record; its events are a matter of their own. */
export function recordOf(row: FirearmRow): FirearmRecord {
  return {
    id: row.id,
    make: row.make,
    serialRaw: row.serial_raw,
    serialNormalized: row.serial_key,
    status: row.status,
    madeUp: row.made_up === 1,
    sourceNote: row.source_note,
    ...(row.maker === null ? {} : { maker: row.maker }),
    ...(row.licensee === null ? {} : { licensee: row.licensee }),
    ...(row.model === null ? {} : { model: row.model }),
    ...(row.calibre === null ? {} : { calibre: row.calibre }),
    ...(row.type === null ? {} : { type: row.type }),
    ...(row.country === null ? {} : { countryOfManufacture: row.country }),
    ...(row.year === null ? {} : { yearOfManufacture: row.year }),
    ...(row.import_country === null ? {} : { importCountry: row.import_country }),
    ...(row.import_year === null ? {} : { importYear: row.import_year }),
    ...(row.record_holder === null ? {} : { recordHolder: row.record_holder }),
    ...(row.holder === null ? {} : { holder: row.holder }),
    ...(row.exported_to === null ? {} : { exportedTo: row.exported_to }),
    ...(row.event_date === null ? {} : { eventDate: row.event_date }),
    ...(row.restriction === null ? {} : { restriction: row.restriction }),
  };
}

/** Notes that the register holds so many records more. */
export async function addToTotal(tx: Transaction, records: number): Promise<void> {
  await tx.run("UPDATE firearm_total SET records = records + ?", records);
}

/** How many records the register holds. */
export async function countFirearms(tx: Transaction, _args: unknown): Promise<number> {
  const row = await tx.get<{ records: number }>("SELECT records FROM firearm_total");
  return row?.records ?? 0;
}
