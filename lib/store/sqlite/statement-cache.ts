import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { TracepostError } from "#errors";
import { type SqlRow, type SqlValue, STORE_LIMITS } from "#runtime";

/** Statements only the store itself may run: they would end or leave the caller's transaction. */
const RESERVED =
  /^\s*(begin|commit|end|rollback|savepoint|release|pragma|attach|detach|vacuum|reindex)\b/i;

/** A prepared statement and how its integers are read. */
interface Prepared {
  readonly statement: StatementSync;
  /** Whether integers come as bigint, to be narrowed here. */
  bigints: boolean;
}

/** Prepared statements of one connection by SQL text, the least recently used ones dropped. */
export class StatementCache {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** All rows. */
  all(sql: string, params: readonly SqlValue[]): SqlRow[] {
    const entry = this.#take(sql);
    return this.#read(entry, () => entry.statement.all(...bind(params))).map((row) =>
      entry.bigints ? narrow(row) : row,
    );
  }

  /** First row, if any. */
  get(sql: string, params: readonly SqlValue[]): SqlRow | undefined {
    const entry = this.#take(sql);
    const row = this.#read(entry, () => entry.statement.get(...bind(params)));
    return row !== undefined && entry.bigints ? narrow(row) : row;
  }

  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, params: readonly SqlValue[]): number {
    return Number(this.#take(sql).statement.run(...bind(params)).changes);
  }

  /**
   * Reads integers as numbers, which is fast, until a statement meets one that is too large: from
   * then on it is read as bigint. A statement that changes data is read so from the start, because
   * by the time the fault shows it has done its work.
   */
  #read<T>(entry: Prepared, read: () => T): T {
    if (entry.bigints) return read();
    try {
      return read();
    } catch (caught) {
      if (!isOutOfRange(caught)) throw caught;
      entry.bigints = true;
      entry.statement.setReadBigInts(true);
      return read();
    }
  }

  #take(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) {
      this.#prepared.delete(sql);
      this.#prepared.set(sql, known);
      return known;
    }
    const entry = prepare(this.#db, sql);
    this.#prepared.set(sql, entry);
    if (this.#prepared.size > STORE_LIMITS.statementsMax) {
      const [oldest] = this.#prepared.keys();
      if (oldest !== undefined) this.#prepared.delete(oldest);
    }
    return entry;
  }
}

function prepare(db: DatabaseSync, sql: string): Prepared {
  if (RESERVED.test(sql)) {
    throw new TracepostError("STORE", "a procedure may not control transactions or the file", {
      problems: [`statement: ${firstLine(sql)}`],
    });
  }
  const statement = db.prepare(sql);
  // SQLite prepares the first statement of a text and silently leaves out the rest.
  if (trimEnd(statement.sourceSQL) !== trimEnd(sql)) {
    throw new TracepostError("STORE", "one call runs one statement", {
      problems: [`statement: ${firstLine(sql)}`],
      remedy: "Split the text into several calls.",
    });
  }
  const bigints = /\breturning\b/i.test(sql);
  if (bigints) statement.setReadBigInts(true);
  return { statement, bigints };
}

function trimEnd(sql: string): string {
  return sql.replace(/[\s;]+$/, "");
}

function firstLine(sql: string): string {
  return sql.trim().split("\n", 1)[0]?.slice(0, 80) ?? "";
}

/** Integers go in as INTEGER, not as REAL, so that `?` divides and compares as an integer does. */
function bind(params: readonly SqlValue[]): SQLInputValue[] {
  return params.map((param) => {
    if (typeof param !== "number") return param;
    if (Number.isSafeInteger(param)) return BigInt(param);
    if (Number.isFinite(param)) return param;
    throw new TracepostError("STORE", "a parameter is not a finite number");
  });
}

function narrow(row: SqlRow): SqlRow {
  for (const [column, value] of Object.entries(row)) {
    if (typeof value !== "bigint") continue;
    const number = Number(value);
    if (Number.isSafeInteger(number)) row[column] = number;
  }
  return row;
}

function isOutOfRange(caught: unknown): boolean {
  return caught instanceof Error && "code" in caught && caught.code === "ERR_OUT_OF_RANGE";
}
