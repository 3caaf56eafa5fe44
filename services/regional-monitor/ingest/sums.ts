import { MONITOR_LIMITS, type SqlRow, type SqlValue, type Transaction } from "#runtime";
import { addEncoded, addHours, encodeHistogram, type Histogram } from "./histogram.ts";

/** Where a sum is kept: cut, status, length, start, State, key, vintage. */
export type CellKey = readonly [number, number, number, number, string, string, number];
/** Where a histogram is kept: cut, status, length, start, State, vintage. */
export type HoursKey = readonly [number, number, number, number, string, number];
/** Where open requests are kept: status, State, day. */
export type OpenKey = readonly [number, string, number];

/** Sums that one message raises, gathered so that each row is written once. */
export class Sums {
  readonly #cells = new Map<string, { readonly key: CellKey; value: number }>();
  readonly #hours = new Map<string, { readonly key: HoursKey; readonly counts: Histogram }>();
  readonly #open = new Map<string, { readonly key: OpenKey; value: number }>();

  /** Counts one more. */
  addCell(key: CellKey): void {
    raise(this.#cells, key, 1);
  }

  /** Notes a number of hours. */
  addHours(key: HoursKey, hours: number): void {
    const at = key.join("\n");
    const found = this.#hours.get(at) ?? { key, counts: new Map() };
    this.#hours.set(at, found);
    addHours(found.counts, hours);
  }

  /** Opens or ends requests. */
  addOpen(key: OpenKey, change: number): void {
    raise(this.#open, key, change);
  }

  /** Writes everything. */
  async write(tx: Transaction): Promise<void> {
    const cells = [...this.#cells.values()].map(({ key, value }) => [...key, value]);
    await writeRows(tx, cells, CELL_SQL);
    const open = [...this.#open.values()].filter(({ value }) => value !== 0);
    await writeRows(
      tx,
      open.map(({ key, value }) => [...key, value]),
      OPEN_SQL,
    );
    if (open.length > 0) await tx.write("DELETE FROM monitor_open WHERE open = 0");
    for (const { counts, key } of this.#hours.values()) await addToHistogram(tx, key, counts);
  }
}

const CELL_SQL = {
  into: "monitor_cell (cut, status, length, start, state, key, vintage, value)",
  conflict: `ON CONFLICT (cut, status, length, start, state, key, vintage)
    DO UPDATE SET value = monitor_cell.value + excluded.value`,
};

const OPEN_SQL = {
  into: "monitor_open (status, state, day, open)",
  conflict: `ON CONFLICT (status, state, day)
    DO UPDATE SET open = monitor_open.open + excluded.open`,
};

function raise<K extends readonly SqlValue[]>(
  map: Map<string, { readonly key: K; value: number }>,
  key: K,
  by: number,
): void {
  const at = key.join("\n");
  const found = map.get(at);
  if (found === undefined) map.set(at, { key, value: by });
  else found.value += by;
}

/** Writes rows, many with one statement. */
export async function writeRows(
  tx: Transaction,
  rows: readonly (readonly SqlValue[])[],
  { conflict, into }: { readonly into: string; readonly conflict: string },
): Promise<void> {
  const marks = `(${rows[0]?.map(() => "?").join(", ") ?? ""})`;
  for (let at = 0; at < rows.length; at += MONITOR_LIMITS.insertRowsMax) {
    const some = rows.slice(at, at + MONITOR_LIMITS.insertRowsMax);
    const values = some.map(() => marks).join(", ");
    await tx.write(`INSERT INTO ${into} VALUES ${values} ${conflict}`, ...some.flat());
  }
}

async function addToHistogram(
  tx: Transaction,
  key: HoursKey,
  more: ReadonlyMap<number, number>,
): Promise<void> {
  const found = await tx.get<SqlRow & { counts: Uint8Array }>(
    `SELECT counts FROM monitor_histogram
     WHERE cut = ? AND status = ? AND length = ? AND start = ? AND state = ? AND vintage = ?`,
    ...key,
  );
  const counts: Histogram = new Map(more);
  if (found !== undefined) addEncoded(counts, found.counts);
  await tx.write(
    `INSERT INTO monitor_histogram (cut, status, length, start, state, vintage, counts)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (cut, status, length, start, state, vintage)
     DO UPDATE SET counts = excluded.counts`,
    ...key,
    encodeHistogram(counts),
  );
}
