/** A store with procedures that misbehave, and one that fills the disk. */
import { isMainThread } from "node:worker_threads";
import type { StoreDefinition, Transaction } from "#runtime";

const procedures = {
  put: async (tx: Transaction, body: Uint8Array) =>
    await tx.run("INSERT INTO bodies (body) VALUES (?)", body),
  remove: async (tx: Transaction) => await tx.run("DELETE FROM bodies"),
  count: async (tx: Transaction) =>
    (await tx.get<{ n: number }>("SELECT count(*) AS n FROM bodies"))?.n,
  settings: async (tx: Transaction) =>
    await tx.get(`
      SELECT
        (SELECT journal_mode FROM pragma_journal_mode) AS journalMode,
        (SELECT synchronous FROM pragma_synchronous) AS synchronous,
        (SELECT page_size FROM pragma_page_size) AS pageSize,
        (SELECT secure_delete FROM pragma_secure_delete) AS secureDelete,
        (SELECT foreign_keys FROM pragma_foreign_keys) AS foreignKeys,
        (SELECT timeout FROM pragma_busy_timeout) AS busyTimeout`),
  inMainThread: async () => isMainThread,
  leaveRejection: async () => {
    void Promise.reject(new RangeError("nobody waits for me"));
  },
  endThread: async () => process.exit(0),
};

export type HostileProcedures = typeof procedures;

export const store = {
  name: "hostile",
  migrations: [
    {
      version: 1,
      name: "bodies",
      sql: "CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;",
    },
  ],
  procedures,
  readOnly: ["count"],
} satisfies StoreDefinition;
