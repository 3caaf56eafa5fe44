/** A store whose rows get their numbers from the store. */
import { setTimeout as pause } from "node:timers/promises";
import type { StoreDefinition, Transaction } from "#runtime";

const add = async (tx: Transaction, label: string): Promise<void> => {
  await tx.run("INSERT INTO plain (label) VALUES (?)", label);
  await tx.run("INSERT INTO once (label) VALUES (?)", label);
};

const idsOf = async (tx: Transaction, table: string): Promise<unknown[]> =>
  (await tx.all(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id);

/** Longer than the server lets a session stand still inside a transaction. */
const STILL_MS = 4_000;
let runs = 0;

const procedures = {
  add,
  standStillOnce: async (tx: Transaction, label: string): Promise<number> => {
    await add(tx, label);
    runs += 1;
    if (runs === 1) await pause(STILL_MS);
    return runs;
  },
  addThenThrow: async (tx: Transaction, label: string): Promise<void> => {
    await add(tx, label);
    throw new RangeError("changed its mind");
  },
  removeLast: async (tx: Transaction): Promise<void> => {
    await tx.run("DELETE FROM plain WHERE id = (SELECT max(id) FROM plain)");
    await tx.run("DELETE FROM once WHERE id = (SELECT max(id) FROM once)");
  },
  numbers: async (tx: Transaction) => ({
    plain: await idsOf(tx, "plain"),
    once: await idsOf(tx, "once"),
  }),
};

export type NumberProcedures = typeof procedures;

export const store = {
  name: "numbers",
  migrations: [
    {
      version: 1,
      name: "numbers",
      sql: `CREATE TABLE plain (id INTEGER PRIMARY KEY, label TEXT NOT NULL) STRICT;
        CREATE TABLE once (id INTEGER PRIMARY KEY AUTOINCREMENT, label TEXT NOT NULL) STRICT;`,
    },
  ],
  procedures,
  readOnly: ["numbers"],
} satisfies StoreDefinition;
