import { DatabaseSync } from "node:sqlite";
import type { BodyTable, StoreDefinition } from "#runtime";

/** A table of a kind of store, as its migrations make it. */
export interface StoreTable {
  readonly name: string;
  /** Columns that hold what was stored; others are reckoned from them. */
  readonly columns: readonly string[];
  /** Columns that name a row and give its place in the order. */
  readonly key: readonly string[];
  /** Of the table whose bodies may lie in files: a copy has them in its rows. */
  readonly bodies?: BodyTable | undefined;
}

/** Every table that the migrations of a store make, on whatever it runs. */
export function tablesOf({ bodies, migrations }: StoreDefinition): readonly StoreTable[] {
  const db = new DatabaseSync(":memory:");
  try {
    for (const { sql } of migrations) db.exec(sql);
    const names = db
      .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
      .all()
      .map(({ name }) => String(name))
      .filter((name) => name !== "sqlite_schema");
    // Numbers that were given come first: rows that follow raise them no further.
    const isNumbers = (name: string): number => Number(name !== "sqlite_sequence");
    names.sort((a, b) => isNumbers(a) - isNumbers(b) || (a < b ? -1 : 1));
    return names.map((name) => {
      const table = tableOf(db, name);
      return name === bodies?.table ? { ...table, bodies } : table;
    });
  } finally {
    db.close();
  }
}

function tableOf(db: DatabaseSync, name: string): StoreTable {
  const rows = db.prepare("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid").all(name);
  const keyed = rows.filter(({ pk }) => Number(pk) > 0);
  const key = keyed.sort((a, b) => Number(a.pk) - Number(b.pk)).map((row) => String(row.name));
  const columns = rows.map((row) => String(row.name));
  // SQLite's own table of the numbers it has given has no key, and a row for each table.
  return { name, columns, key: key.length === 0 ? ["name"] : key };
}
