import { backup } from "node:sqlite";
import { STORE_LIMITS } from "#runtime";
import { copyBodyFiles } from "./bodies/copy-bodies.ts";
import { sqliteFault } from "./sqlite-faults.ts";
import { createPrivate, endLog, openForReading, syncPath } from "./sqlite-file.ts";

/**
 * Copies a store page by page into a new file, also while a service writes to it: one read
 * transaction is held over the whole copy, so that it shows one moment, and the writer waits for
 * nothing (TP-BACK-1). The copy is one file without a log beside it, and its body files as far as
 * that moment names them; all of it is on disk when this settles. Returns the names of the body
 * files, below the folder of `to`. Throws TracepostError DATA_FOLDER for a file that is no store,
 * STORE when the disk says no.
 */
export async function copySqlite(from: string, to: string): Promise<readonly string[]> {
  const db = openForReading(from);
  let bodies: readonly string[] = [];
  try {
    createPrivate(to);
    db.exec("BEGIN");
    db.prepare("SELECT name FROM tracepost_store").get();
    await backup(db, to, { rate: STORE_LIMITS.backupPages });
    // The state that is held names no body that is overwritten meanwhile.
    bodies = await copyBodyFiles(db, from, to);
    db.exec("COMMIT");
    endLog(to);
  } catch (caught) {
    throw sqliteFault(caught);
  } finally {
    db.close();
  }
  syncPath(to, "r+");
  return bodies;
}
