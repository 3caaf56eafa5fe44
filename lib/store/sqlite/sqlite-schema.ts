import type { DatabaseSync } from "node:sqlite";
import { type Migration, passCrashPoint, type StoreDefinition } from "#runtime";
import {
  checkKind,
  checkNumbering,
  compareSteps,
  failedStep,
  refuseStore,
  type TakenStep,
} from "../migration-history.ts";
import { sqliteFault } from "./sqlite-faults.ts";

/** "TRPT", in SQLite's application_id: the file is a store of Tracepost. */
const APPLICATION_ID = 0x54_52_50_54;

const BOOKKEEPING_SQL = `
  CREATE TABLE tracepost_store (name TEXT NOT NULL) STRICT;
  CREATE TABLE tracepost_migrations (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
`;

/**
 * Refuses a file that is no store of Tracepost, or another kind than those named, before anything
 * is written to it. An empty file will do: it becomes a store. Throws TracepostError DATA_FOLDER.
 */
export function checkIdentity(db: DatabaseSync, file: string, names?: readonly string[]): void {
  if (isEmpty(db)) return;
  if (
    readNumber(db, "SELECT application_id AS value FROM pragma_application_id") !== APPLICATION_ID
  ) {
    throw refuseStore(
      file,
      "is not a store of Tracepost",
      "it is an SQLite file of another program",
    );
  }
  checkKind(file, storeName(db), names);
}

/**
 * Brings the schema to the newest version, all steps that are missing in one transaction: until it
 * has lasted, the program that used the file before can go on with it (TP-BACK-7). Throws
 * TracepostError DATA_FOLDER when the file knows steps that this program does not, STORE when a
 * step fails; then none is taken.
 */
export function applyMigrations(db: DatabaseSync, file: string, definition: StoreDefinition): void {
  const { name, migrations } = definition;
  checkNumbering(name, migrations);
  if (!isEmpty(db) && checkVersion(db, file, migrations) === migrations.length) return;
  inTransaction(db, () => {
    if (isEmpty(db)) {
      db.exec(BOOKKEEPING_SQL);
      db.prepare("INSERT INTO tracepost_store (name) VALUES (?)").run(name);
    }
    // Another process may have been first: what it has taken is looked up under the lock.
    const applied = checkVersion(db, file, migrations);
    for (const migration of migrations.slice(applied)) applyOne(db, migration);
  });
  passCrashPoint("store.schema-committed");
}

/**
 * Compares the steps a file has taken with those of the definition; returns how many it has.
 * Throws TracepostError DATA_FOLDER when they are not the first ones of the definition.
 */
export function checkVersion(
  db: DatabaseSync,
  file: string,
  migrations: readonly Migration[],
): number {
  const applied = isEmpty(db)
    ? []
    : db.prepare("SELECT version, name FROM tracepost_migrations ORDER BY version").all();
  return compareSteps(file, applied as unknown as TakenStep[], migrations);
}

function applyOne(db: DatabaseSync, migration: Migration): void {
  const { version, name, sql } = migration;
  try {
    db.exec(sql);
    db.prepare("INSERT INTO tracepost_migrations (version, name) VALUES (?, ?)").run(version, name);
    passCrashPoint("store.step-taken");
  } catch (caught) {
    throw failedStep(migration, sqliteFault(caught));
  }
}

/** Does work in a transaction that begins with the lock for writing; all of it or none. */
export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (caught) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw caught;
  }
}

/** Whether nothing was ever created in the file. */
export function isEmpty(db: DatabaseSync): boolean {
  return readNumber(db, "SELECT count(*) AS value FROM sqlite_schema") === 0;
}

/** Kind of a store. */
export function storeName(db: DatabaseSync): string {
  return String(db.prepare("SELECT name FROM tracepost_store").get()?.name ?? "");
}

function readNumber(db: DatabaseSync, sql: string): number {
  return Number(db.prepare(sql).get()?.value);
}
