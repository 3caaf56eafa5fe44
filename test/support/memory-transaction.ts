import { DatabaseSync } from "node:sqlite";
import type { SqlRow, SqlValue, Transaction } from "#runtime";

/** A transaction over a database in memory, for procedures tested without a store's thread. */
export interface MemoryTransaction extends Transaction, Disposable {
  /** Runs statements as a migration does. */
  exec(sql: string): void;
}

/** Opens a database in memory with the given schema. */
export function openMemoryTransaction(...schema: readonly string[]): MemoryTransaction {
  const db = new DatabaseSync(":memory:");
  for (const sql of schema) db.exec(sql);
  return {
    get: async <R extends SqlRow>(sql: string, ...params: SqlValue[]) =>
      db.prepare(sql).get(...params) as R | undefined,
    all: async <R extends SqlRow>(sql: string, ...params: SqlValue[]) =>
      db.prepare(sql).all(...params) as R[],
    run: async (sql, ...params) => Number(db.prepare(sql).run(...params).changes),
    write: async (sql, ...params) => void db.prepare(sql).run(...params),
    exec: (sql) => db.exec(sql),
    [Symbol.dispose]: () => db.close(),
  };
}
