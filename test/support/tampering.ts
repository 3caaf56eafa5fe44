import { DatabaseSync } from "node:sqlite";
import type { SqlRow, SqlValue, Transaction } from "#runtime";
import { BodyFiles } from "#store";
import { checkAll } from "./checked-store.ts";

/** A column of a table, as the schema says. */
interface Column {
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
}

/** A row with what finds it again, whatever its table's key is. */
export type Row = SqlRow;

/** A copy of a store in which every change is taken back again. */
export class TamperedStore implements Disposable {
  readonly #db: DatabaseSync;
  readonly #bodies: BodyFiles;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#bodies = new BodyFiles(this.#db, file);
    // What the store's own triggers count is none of the tampering.
    this.#db.exec("PRAGMA foreign_keys = OFF");
  }

  /** Tables of the schema, those of the engine left out. */
  tables(): string[] {
    const sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    return this.#all(sql).map(({ name }) => String(name));
  }

  columns(table: string): Column[] {
    return this.#all(`PRAGMA table_info(${table})`).map(({ name, pk, type }) => {
      return { name: String(name), type: String(type), isKey: pk !== 0 };
    });
  }

  rows(table: string, where = "1"): Row[] {
    return this.#all(`SELECT * FROM ${table} WHERE ${where} ORDER BY 1`);
  }

  /** What a whole check finds after statements; undefined when the store does not take them. */
  async foundAfter(
    ...statements: readonly (readonly [sql: string, ...params: SqlValue[]])[]
  ): Promise<readonly string[] | undefined> {
    this.#db.exec("BEGIN");
    try {
      for (const [sql, ...params] of statements) this.#db.prepare(sql).run(...params);
      return await this.#problems();
    } catch (caught) {
      // A check that cannot read what there is says so.
      const said = String(caught);
      return said.includes("constraint failed") ? undefined : [said];
    } finally {
      this.#db.exec("ROLLBACK");
    }
  }

  async #problems(): Promise<readonly string[]> {
    const db = this.#db;
    const files = this.#bodies;
    const refuse = () => Promise.reject(new TypeError("a check changes nothing"));
    const tx: Transaction = {
      get: async <R extends SqlRow>(sql: string, ...params: SqlValue[]) =>
        db.prepare(sql).get(...params) as R | undefined,
      all: async <R extends SqlRow>(sql: string, ...params: SqlValue[]) =>
        db.prepare(sql).all(...params) as R[],
      run: refuse,
      write: refuse,
      bodies: {
        keep: refuse,
        drop: refuse,
        read: async (place, key) => files.read(place, key),
        problems: async () => files.problems(),
      },
    };
    return (await checkAll(tx)).problems;
  }

  #all(sql: string): Row[] {
    return this.#db.prepare(sql).all() as Row[];
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

/** Words that say which row of a table is meant: its key. */
export function whereKey(columns: readonly Column[], row: Row): [sql: string, ...SqlValue[]] {
  const keys = columns.filter(({ isKey }) => isKey).map(({ name }) => name);
  return [
    keys.map((name) => `${name} = ?`).join(" AND "),
    ...keys.map((name) => row[name] ?? null),
  ];
}

/** Other values for a column, the likeliest wish of somebody who changes it first. */
export function otherValues({ type }: Column, value: SqlValue): SqlValue[] {
  const DAY_MS = 86_400_000;
  if (value === null) return type === "BLOB" ? [Buffer.of(1)] : type === "TEXT" ? ["x"] : [1];
  if (typeof value === "string") return [`${value}x`, ""];
  if (typeof value === "number") return [value + 1, value - DAY_MS, value - 1];
  const bytes = Buffer.from(value as Uint8Array);
  const flipped = Buffer.from(bytes);
  // In the middle: a register is followed by its signatures, which its root keys speak for.
  const place = Math.floor(flipped.length / 2);
  flipped[place] = (flipped[place] ?? 0) ^ 1;
  return bytes.length === 0 ? [Buffer.of(1)] : [flipped, bytes.subarray(0, place)];
}
