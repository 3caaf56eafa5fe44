import { createHash, type Hash } from "node:crypto";
import {
  type BodyTable,
  type SqlRow,
  type SqlValue,
  STORE_LIMITS,
  type Transaction,
} from "#runtime";
import type { StoreTable } from "./store-tables.ts";

/** What a table holds: how many rows, and a digest over all of them in the order of their keys. */
export interface TableSum {
  readonly rows: number;
  readonly sha256: string;
}

/** Copies the rows of a table; says what was read. */
export async function copyRows(
  from: Transaction,
  to: Transaction,
  table: StoreTable,
): Promise<TableSum> {
  return await eachPage(from, table, (page) => insert(to, table, page));
}

/** Reads a table again; says what is there. */
export async function sumRows(from: Transaction, table: StoreTable): Promise<TableSum> {
  return await eachPage(from, table, () => Promise.resolve());
}

async function eachPage(
  from: Transaction,
  { bodies, columns, key, name }: StoreTable,
  take: (page: readonly SqlRow[]) => Promise<void>,
): Promise<TableSum> {
  const hash = createHash("sha256");
  const order = key.join(", ");
  const marks = key.map(() => "?").join(", ");
  let rows = 0;
  let after: readonly SqlValue[] | undefined;
  for (;;) {
    const where = after === undefined ? "" : `WHERE (${order}) > (${marks})`;
    const sql = `SELECT ${columns.join(", ")} FROM ${name} ${where} ORDER BY ${order} LIMIT ?`;
    const page = await from.all(sql, ...(after ?? []), STORE_LIMITS.copyRows);
    const last = page.at(-1);
    if (last === undefined) return { rows, sha256: hash.digest("hex") };
    if (bodies !== undefined) for (const row of page) await bringBody(from, bodies, row);
    for (const row of page) addRow(hash, columns, row);
    await take(page);
    rows += page.length;
    after = key.map((column) => last[column] ?? null);
  }
}

/** Puts a body that lies in a file into its row: a copy is whole by itself. */
async function bringBody(from: Transaction, table: BodyTable, row: SqlRow): Promise<void> {
  const file = row[table.file];
  if (file === null || from.bodies === undefined) return;
  const place = { file: Number(file), at: Number(row[table.at]), bytes: Number(row[table.bytes]) };
  row[table.content] = await from.bodies.read(place, Number(row[table.key]));
  Object.assign(row, { [table.file]: null, [table.at]: null, [table.bytes]: 0 });
}

async function insert(
  to: Transaction,
  { columns, name }: StoreTable,
  page: readonly SqlRow[],
): Promise<void> {
  const marks = `(${columns.map(() => "?").join(", ")})`;
  const values = page.map(() => marks).join(", ");
  const params = page.flatMap((row) => columns.map((column) => row[column] ?? null));
  await to.run(`INSERT INTO ${name} (${columns.join(", ")}) VALUES ${values}`, ...params);
}

/** Each value with its kind and length, so that no two rows have the same bytes. */
function addRow(hash: Hash, columns: readonly string[], row: SqlRow): void {
  for (const column of columns) {
    const value = row[column] ?? null;
    if (value === null) hash.update("n;");
    else if (typeof value === "string") hash.update(`t${value.length}:${value};`);
    else if (typeof value === "object") hash.update(`b${value.length}:`).update(value);
    else hash.update(`i${value};`);
  }
}
