import { renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { TracepostError } from "#errors";
import { passCrashPoint, type StoreDefinition, type Transaction } from "#runtime";
import { sqliteFault } from "../sqlite/sqlite-faults.ts";
import { openForWriting, syncFolder, syncPath } from "../sqlite/sqlite-file.ts";
import { SqliteTransaction } from "../sqlite/sqlite-transaction.ts";
import { StatementCache } from "../sqlite/statement-cache.ts";
import { checked } from "../thread/perform-call.ts";
import type { StoreTable } from "./store-tables.ts";

/** Fills a new file in one transaction; it has its name when all of it is on disk. */
export async function fillSqlite<T>(
  file: string,
  store: StoreDefinition,
  tables: readonly StoreTable[],
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) {
    throw new TracepostError("DATA_FOLDER", `${file} is there already`, {
      remedy: "Name a file that is not there, or move this one away.",
    });
  }
  const unfinished = `${file}.tracepost-unfinished`;
  removeFiles(unfinished);
  try {
    const result = await fill(openForWriting(unfinished, store), tables, work);
    syncPath(unfinished, "r+");
    passCrashPoint("copy.committed");
    renameSync(unfinished, file);
    syncFolder(dirname(file));
    return result;
  } catch (caught) {
    removeFiles(unfinished);
    throw sqliteFault(caught);
  }
}

async function fill<T>(
  db: DatabaseSync,
  tables: readonly StoreTable[],
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    db.exec("PRAGMA foreign_keys = OFF");
    db.exec("BEGIN IMMEDIATE");
    const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${String(name)}`);
    for (const { name } of tables) db.exec(`DELETE FROM ${name}`);
    const result = await checked(new SqliteTransaction(new StatementCache(db)), work);
    for (const { sql } of triggers) db.exec(String(sql));
    db.exec("COMMIT");
    db.exec("PRAGMA journal_mode = DELETE");
    return result;
  } finally {
    db.close();
  }
}

function removeFiles(file: string): void {
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${file}${ending}`, { force: true });
}
