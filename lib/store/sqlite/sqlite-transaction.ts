import type { TracepostError } from "#errors";
import type { Bodies, SqlRow, SqlValue } from "#runtime";
import { type CheckedTransaction, overFault } from "../thread/perform-call.ts";
import type { BodyFiles } from "./bodies/body-files.ts";
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
  readonly bodies: Bodies | undefined;
  #fault: TracepostError | undefined;

  constructor(statements: StatementCache, files?: BodyFiles) {
    this.#statements = statements;
    this.bodies = files && this.#bodiesIn(files);
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

  /** What cannot be read is the caller's to judge; what cannot be written fails all of it. */
  #bodiesIn(files: BodyFiles): Bodies {
    return {
      keep: (group, key, content) => this.#settle(() => files.keep(group, key, content)),
      drop: (place) => this.#settle(() => files.drop(place)),
      read: async (place, key) => files.read(place, key),
      problems: async () => files.problems(),
    };
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
