import { TracepostError } from "#errors";
import { STORE_LIMITS, type StoreDefinition } from "#runtime";
import { bodyFolder } from "./bodies/body-file.ts";
import { bodyFileProblems } from "./bodies/body-tables.ts";
import { isBusy, sqliteFault } from "./sqlite-faults.ts";
import { endLog, openForReading } from "./sqlite-file.ts";
import { checkVersion, storeName } from "./sqlite-schema.ts";

/** What a store's file says of itself. */
interface StoreFacts {
  /** Kind of store. */
  readonly kind: string;
  /** Steps of the schema it has taken. */
  readonly schema: number;
}

/** Reads kind and schema of a store. Throws TracepostError DATA_FOLDER for what is none. */
export function storeFacts(file: string): StoreFacts {
  const db = openForReading(file);
  try {
    const row = db.prepare("SELECT max(version) AS version FROM tracepost_migrations").get();
    return { kind: storeName(db), schema: Number(row?.version ?? 0) };
  } finally {
    db.close();
  }
}

/**
 * Reads every page of a store and says what is wrong with it: b-trees, indexes, references between
 * tables; and body files that are missing or cut. Throws TracepostError DATA_FOLDER for a file that
 * cannot be opened at all.
 */
export function storeDamage(file: string): readonly string[] {
  const db = openForReading(file);
  try {
    const found = db.prepare(`PRAGMA integrity_check(${STORE_LIMITS.damageToldMax})`).all();
    const problems = found.map((row) => String(row.integrity_check)).filter((it) => it !== "ok");
    if (problems.length > 0) return problems;
    const rows = db.prepare('SELECT DISTINCT "table" AS name FROM pragma_foreign_key_check').all();
    const lost = rows.map(({ name }) => `rows of ${String(name)} refer to rows that are not there`);
    return [...lost, ...bodyFileProblems(db, bodyFolder(file))];
  } catch (caught) {
    return [sqliteFault(caught).message];
  } finally {
    db.close();
  }
}

/**
 * Refuses a store that this program cannot bring to its newest schema: one of a later version, or
 * with another history than `module` exports. Says whether it has the newest already. Throws
 * TracepostError DATA_FOLDER.
 */
export async function checkSchema(file: string, module: URL): Promise<boolean> {
  const { store } = (await import(module.href)) as { readonly store: StoreDefinition };
  const db = openForReading(file, [store.name]);
  try {
    return checkVersion(db, file, store.migrations) === store.migrations.length;
  } finally {
    db.close();
  }
}

/**
 * Brings a store's write-ahead log into its file, which nobody else may have open. Throws
 * TracepostError UNAVAILABLE while somebody has; what is damaged is left as it is.
 */
export function closeStoreFile(file: string): void {
  try {
    endLog(file);
  } catch (caught) {
    if (!isBusy(caught)) return;
    throw new TracepostError("UNAVAILABLE", `a service has the store ${file} open`, {
      cause: caught,
      remedy: "Stop it first. Nothing was changed.",
    });
  }
}
