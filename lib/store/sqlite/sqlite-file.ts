import { accessSync, closeSync, constants, fsyncSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { TracepostError } from "#errors";
import { STORE_LIMITS, type StoreDefinition } from "#runtime";
import { missingStore, refuseStore } from "../migration-history.ts";
import { makeBodyTables } from "./bodies/body-tables.ts";
import { isDamage, sqliteFault } from "./sqlite-faults.ts";
import { applyMigrations, checkIdentity, isEmpty } from "./sqlite-schema.ts";

const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;
const PRIVATE_MODE = 0o600;
const NOT_OURS = "is not a store of Tracepost";

/**
 * Opens a store's file for reading and writing, creating it when it is absent, and brings its
 * schema to the newest version. Throws TracepostError DATA_FOLDER for a file that is foreign,
 * damaged or newer than this program, STORE when the disk says no.
 */
export function openForWriting(file: string, definition: StoreDefinition): DatabaseSync {
  return refusingDamage(file, () => {
    createPrivate(file);
    checkHeader(file);
    const db = new DatabaseSync(file, { timeout: STORE_LIMITS.busyTimeoutMs });
    try {
      db.exec(`PRAGMA page_size = ${STORE_LIMITS.pageBytes}`);
      checkIdentity(db, file, [definition.name]);
      db.exec("PRAGMA journal_mode = WAL");
      db.exec("PRAGMA synchronous = FULL");
      db.exec("PRAGMA secure_delete = ON");
      db.exec("PRAGMA foreign_keys = ON");
      db.exec(`PRAGMA journal_size_limit = ${STORE_LIMITS.walBytesKept}`);
      tune(db);
      applyMigrations(db, file, definition);
      if (definition.bodies !== undefined) makeBodyTables(db);
      probeTables(db);
      return db;
    } catch (caught) {
      db.close();
      throw caught;
    }
  });
}

/**
 * Opens a store's file for reading only, whether or not a service has it open. Changes no content;
 * SQLite may leave an empty -wal and a -shm file beside it. `names` are the kinds of store that
 * will do; any when absent. Throws as {@link openForWriting}.
 */
export function openForReading(file: string, names?: readonly string[]): DatabaseSync {
  return refusingDamage(file, () => {
    if (sizeOf(file) === undefined) {
      throw missingStore(file);
    }
    checkHeader(file);
    const db = new DatabaseSync(location(file), {
      readOnly: true,
      timeout: STORE_LIMITS.busyTimeoutMs,
    });
    try {
      if (isEmpty(db)) throw refuseStore(file, NOT_OURS, "it is empty");
      checkIdentity(db, file, names);
      tune(db);
      probeTables(db);
      return db;
    } catch (caught) {
      db.close();
      throw caught;
    }
  });
}

/** Temporary data stays off the disk: it would outlive `secure_delete`. */
function tune(db: DatabaseSync): void {
  db.exec("PRAGMA temp_store = MEMORY");
  db.exec("PRAGMA trusted_schema = OFF");
  db.exec(`PRAGMA cache_size = -${STORE_LIMITS.cacheBytes / 1024}`);
}

/** Makes a file for the owner alone; SQLite gives its -wal and -shm files the same mode. */
export function createPrivate(file: string): void {
  try {
    closeSync(openSync(file, "a", PRIVATE_MODE));
  } catch (caught) {
    throw new TracepostError("DATA_FOLDER", `cannot open the store ${file}`, {
      cause: caught,
      remedy: "Check that the data folder exists and is writable for this user.",
    });
  }
}

/**
 * Brings a write-ahead log into its file and takes it out of the header, so that reading leaves
 * nothing beside. Nobody else may have the file open. Throws what SQLite does.
 */
export function endLog(file: string): void {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec("PRAGMA journal_mode = DELETE");
  } finally {
    db.close();
  }
}

/** Has a file on disk; opened as `r`, a folder with the names in it. */
export function syncPath(path: string, mode: "r" | "r+"): void {
  const descriptor = openSync(path, mode);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Has the names in a folder on disk; Windows opens no folders, its names are written through. */
export function syncFolder(folder: string): void {
  if (process.platform !== "win32") syncPath(folder, "r");
}

/**
 * On a medium that cannot be written SQLite reads a file only when told that nobody changes it,
 * which holds as long as no write-ahead log waits beside it.
 */
function location(file: string): string {
  if (isWritable(dirname(file)) || (sizeOf(`${file}-wal`) ?? 0) > 0) return file;
  return `${pathToFileURL(file).href}?immutable=1`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}

/**
 * The first page says how many pages there are. With a write-ahead log beside it the file may
 * rightly be shorter: the missing pages are still in the log (TP-STORE-10).
 */
function checkHeader(file: string): void {
  const size = sizeOf(file) ?? 0;
  if (size === 0) return;
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(descriptor);
  }
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw refuseStore(file, NOT_OURS, "it is no SQLite file");
  const stated = header.readUInt16BE(16);
  const pageBytes = stated === 1 ? 65_536 : stated;
  const pages = header.readUInt32BE(28);
  const pagesValid = header.readUInt32BE(24) === header.readUInt32BE(92);
  const walWaits = (sizeOf(`${file}-wal`) ?? 0) > 0;
  if (pagesValid && !walWaits && size < pages * pageBytes) {
    throw damaged(file, `it has ${size} bytes of ${pages * pageBytes}`);
  }
}

/** Reads both ends of every table: costs the height of the trees, not their size. */
function probeTables(db: DatabaseSync): void {
  const tables = db
    .prepare("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    .all();
  for (const { name, wr } of tables) {
    const table = `"${String(name).replaceAll('"', '""')}"`;
    db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get();
    if (wr === 0) db.prepare(`SELECT 1 FROM ${table} ORDER BY rowid DESC LIMIT 1`).get();
  }
}

function refusingDamage<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (caught) {
    if (isDamage(caught)) throw damaged(file, String(caught), caught);
    throw sqliteFault(caught);
  }
}

function damaged(file: string, detail: string, cause?: unknown): TracepostError {
  return new TracepostError("DATA_FOLDER", `the store ${file} is damaged`, {
    cause,
    problems: [detail],
    remedy: "Restore the data folder from a backup, or choose another folder with --data.",
  });
}
