/** First version of the store that the contract suite runs on, in SQLite's dialect. */
import type { Migration, SqlRow, StoreDefinition, Transaction } from "#runtime";

export interface Item {
  readonly id: number;
  readonly label: string;
  readonly body: Uint8Array | null;
}

const first: Migration = {
  version: 1,
  name: "items",
  sql: `
    CREATE TABLE items (
      id INTEGER PRIMARY KEY,
      label TEXT NOT NULL UNIQUE,
      body BLOB
    ) STRICT;
    CREATE TABLE parts (
      item_id INTEGER NOT NULL REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED
    ) STRICT;
    CREATE TABLE cells (id INTEGER PRIMARY KEY, whole INTEGER, real REAL) STRICT;
  `,
};

export const migrations: readonly Migration[] = [first];

async function put(tx: Transaction, { id, label, body }: Item): Promise<number> {
  return await tx.run("INSERT INTO items (id, label, body) VALUES (?, ?, ?)", id, label, body);
}

/** Counts its runs in this thread, to show that a call may run again after a failure. */
let partRuns = 0;

export const procedures = {
  put,
  putAll: async (tx: Transaction, items: readonly Item[]) => {
    for (const item of items) await put(tx, item);
    return items.length;
  },
  putThenThrow: async (tx: Transaction, item: Item): Promise<void> => {
    await put(tx, item);
    throw new RangeError("changed its mind");
  },
  putSwallowing: async (tx: Transaction, item: Item) => {
    await put(tx, item);
    await put(tx, item).catch(() => 0);
    return "done";
  },
  putNotAwaiting: async (tx: Transaction, item: Item) => {
    await put(tx, item);
    void put(tx, item);
    return "done";
  },
  writeAll: async (tx: Transaction, items: readonly Item[]) => {
    const sql = "INSERT INTO items (id, label, body) VALUES (?, ?, ?)";
    for (const { body, id, label } of items) await tx.write(sql, id, label, body);
    return (await tx.get<{ n: number }>("SELECT count(*) AS n FROM items"))?.n;
  },
  writeLast: async (tx: Transaction, { body, id, label }: Item) => {
    await tx.write("UPDATE items SET label = ? WHERE id = ?", "written over", id);
    await tx.write("INSERT INTO items (id, label, body) VALUES (?, ?, ?)", id, label, body);
    return "done";
  },
  putPart: async (tx: Transaction, itemId: number) => {
    partRuns += 1;
    await tx.run("INSERT INTO parts (item_id) VALUES (?)", itemId);
    return partRuns;
  },
  addOne: async (tx: Transaction, id: number) => {
    const row = await tx.get<{ whole: number }>("SELECT whole FROM cells WHERE id = ?", id);
    const whole = (row?.whole ?? 0) + 1;
    await tx.run(
      "INSERT INTO cells (id, whole) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET whole = ?",
      id,
      whole,
      whole,
    );
    return whole;
  },
  putCell: async (tx: Transaction, cell: { id: number; whole: number | bigint; real: number }) => {
    const sql = "INSERT INTO cells (id, whole, real) VALUES (?, ?, ?) RETURNING whole";
    return await tx.get(sql, cell.id, cell.whole, cell.real);
  },
  endTransaction: async (tx: Transaction) => await tx.run("COMMIT"),
  twoStatements: async (tx: Transaction) => await tx.run("SELECT 1; SELECT 2"),
  returnFunction: async (tx: Transaction, item: Item) => {
    await put(tx, item);
    return () => "no data";
  },
  items: async (tx: Transaction) =>
    await tx.all<SqlRow & Item>("SELECT id, label, body FROM items ORDER BY id LIMIT 10000"),
  cells: async (tx: Transaction) =>
    await tx.all("SELECT id, whole, real FROM cells ORDER BY id LIMIT 100"),
  divide: async (tx: Transaction, by: number) => (await tx.get("SELECT 7 / ? AS value", by))?.value,
  writeWhileReading: put,
};

export const readOnly = ["items", "cells", "divide", "writeWhileReading"] as const;

export type ContractProcedures = typeof procedures;

export const store = {
  name: "contract",
  migrations,
  procedures,
  readOnly,
} satisfies StoreDefinition;
