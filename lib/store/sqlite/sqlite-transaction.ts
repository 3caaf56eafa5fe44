import type { TracepostError } from "#errors";
import type { SqlRow, SqlValue } from "#runtime";
import { type CheckedTransaction, overFault } from "../thread/perform-call.ts";
import { sqliteFault } from "./sqlite-faults.ts";
import type { StatementCache } from "./statement-cache.ts";

/**
 * The transaction one procedure is handed. Statements run at once, in the order of the calls. The
 * first that fails decides: what the procedure does after it fails too, and all it did is undone,
 * even when it caught the fault. A PostgreSQL transaction behaves so, and a procedure must not
 * depend on which store it runs on.
 */
export class SqliteTransaction implements CheckedTransaction {
  readonly #statements: StatementCache;
  #fault: TracepostError | undefined;

  constructor(statements: StatementCache) {
    this.#statements = statements;
  }

  /** First row, or undefined. */
  get<R extends SqlRow = SqlRow>(sql: string, ...params: SqlValue[]): Promise<R | undefined> {
    return this.#settle(() => this.#statements.get(sql, params) as R | undefined);
  }

  /** All rows. */
  all<R extends SqlRow = SqlRow>(sql: string, ...params: SqlValue[]): Promise<R[]> {
    return this.#settle(() => this.#statements.all(sql, params) as R[]);
  }

  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, ...params: SqlValue[]): Promise<number> {
    return this.#settle(() => this.#statements.run(sql, params));
  }

  /** Runs a statement. */
  write(sql: string, ...params: SqlValue[]): Promise<void> {
    return this.#settle(() => void this.#statements.run(sql, params));
  }

  /** Throws the fault of the first statement that failed, if one did. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** The procedure has returned; statements it forgot to await fail. */
  end(): void {
    this.#fault ??= overFault();
  }

  #settle<T>(work: () => T): Promise<T> {
    if (this.#fault === undefined) {
      try {
        return Promise.resolve(work());
      } catch (caught) {
        this.#fault = sqliteFault(caught);
      }
    }
    const rejection = Promise.reject<T>(this.#fault);
    // A procedure that does not await the call fails in check(), not as an unhandled rejection.
    rejection.catch(() => undefined);
    return rejection;
  }
}
