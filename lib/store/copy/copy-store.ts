import { TracepostError } from "#errors";
import {
  describePlace,
  passCrashPoint,
  type StoreDefinition,
  type StorePlace,
  type Transaction,
} from "#runtime";
import { readStore } from "../open-store.ts";
import { copyRows, sumRows } from "./copy-rows.ts";
import { fillSqlite } from "./fill-sqlite.ts";
import { type StoreTable, tablesOf } from "./store-tables.ts";

/** A copy that was made and compared. */
export interface StoreCopy {
  readonly kind: string;
  readonly tables: number;
  readonly rows: number;
}

/** Fills a store that is not there yet; it has its name when the work is done, or never. */
export type FillStore = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

/**
 * Copies a store of the newest schema from one place to another, on whatever either runs
 * (TP-BACK-9): all tables as of one moment, read again where they were written, and compared by
 * counts and digests before the new one gets its name. The source is read alone, also while a
 * service works on it. Throws TracepostError DATA_FOLDER for a source that is foreign, older or
 * newer, or a target that is there, VERIFICATION when a table came out otherwise.
 */
export async function copyStore(from: StorePlace, to: StorePlace, module: URL): Promise<StoreCopy> {
  const { store } = (await import(module.href)) as { readonly store: StoreDefinition };
  const tables = tablesOf(store);
  const fill = await fillOf(to, store, tables);
  return await readStore(from, async (source) => {
    await checkSource(source, from, store);
    const rows = await fill((target) => copyAll(source, target, tables));
    passCrashPoint("copy.named");
    return { kind: store.name, tables: tables.length, rows };
  });
}

async function fillOf(
  to: StorePlace,
  store: StoreDefinition,
  tables: readonly StoreTable[],
): Promise<FillStore> {
  if (to.kind === "sqlite") return (work) => fillSqlite(to.file, store, tables, work);
  // Loaded only where it is used.
  const { fillPostgres } = await import("./fill-postgres.ts");
  return (work) => fillPostgres(to, store, tables, work);
}

async function checkSource(
  source: Transaction,
  from: StorePlace,
  { migrations, name }: StoreDefinition,
): Promise<void> {
  const { kind, schema } = (await source.get<{ kind: string; schema: number }>(
    `SELECT (SELECT name FROM tracepost_store) AS kind,
       (SELECT count(*) FROM tracepost_migrations) AS schema`,
  )) ?? { kind: "", schema: 0 };
  if (kind === name && schema === migrations.length) return;
  throw new TracepostError("DATA_FOLDER", `the store ${describePlace(from)} cannot be copied`, {
    problems: [`it is "${kind}" of schema ${schema}, wanted is "${name}" of ${migrations.length}`],
    remedy: "Start its service once with this version of Tracepost, and stop it again.",
  });
}

async function copyAll(
  source: Transaction,
  target: Transaction,
  tables: readonly StoreTable[],
): Promise<number> {
  let rows = 0;
  for (const table of tables) {
    const read = await copyRows(source, target, table);
    const written = await sumRows(target, table);
    if (read.sha256 !== written.sha256 || read.rows !== written.rows) {
      throw new TracepostError("VERIFICATION", `the table ${table.name} came out otherwise`, {
        problems: [`${read.rows} rows were read, ${written.rows} are there`],
        remedy: "The copy was taken away; the source is as it was. Report this as a bug.",
      });
    }
    rows += read.rows;
    passCrashPoint("copy.table-copied");
  }
  return rows;
}
