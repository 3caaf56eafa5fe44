import type { DatabaseSync } from "node:sqlite";
import type { Transaction } from "#runtime";
import { checked } from "../thread/perform-call.ts";
import { BodyFiles } from "./bodies/body-files.ts";
import { sqliteFault } from "./sqlite-faults.ts";
import { openForReading } from "./sqlite-file.ts";
import { SqliteTransaction } from "./sqlite-transaction.ts";
import { StatementCache } from "./statement-cache.ts";

/** A store's file, open for reading in the calling thread; for commands, never for a service. */
export interface SqliteReader {
  /** Runs `work` on one state of the store, whatever a service writes meanwhile. */
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Lets go of the file. */
  close(): void;
}

/**
 * Opens the file of any store of Tracepost without its procedures, also while a service has it
 * open. Throws TracepostError DATA_FOLDER when it is absent, foreign or damaged.
 */
export function openSqliteReader(file: string): SqliteReader {
  const db = openForReading(file);
  const bodies = new BodyFiles(db, file);
  return { read: (work) => readSnapshot(db, bodies, work), close: () => db.close() };
}

/** Runs `work` on one state of such a file, and lets go of it. Throws as `openSqliteReader`. */
export async function readSqliteFile<T>(
  file: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const reader = openSqliteReader(file);
  try {
    return await reader.read(work);
  } finally {
    reader.close();
  }
}

async function readSnapshot<T>(
  db: DatabaseSync,
  bodies: BodyFiles,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    db.exec("BEGIN");
    return await checked(new SqliteTransaction(new StatementCache(db), bodies), work);
  } catch (caught) {
    throw sqliteFault(caught);
  } finally {
    if (db.isTransaction) db.exec("COMMIT");
  }
}
