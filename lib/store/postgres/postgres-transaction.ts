import type { TracepostError } from "#errors";
import { POSTGRES_LIMITS, type SqlRow, type SqlValue } from "#runtime";
import { type CheckedTransaction, overFault } from "../thread/perform-call.ts";
import { postgresFault } from "./postgres-faults.ts";
import type { PreparedStatements } from "./prepared-statements.ts";

/**
 * The transaction one procedure is handed. Statements are sent at once, in the order of the calls.
 * The first that fails decides: what the procedure does after it fails too, and all it did is
 * undone, even when it caught the fault.
 */
export class PostgresTransaction implements CheckedTransaction {
  readonly #statements: PreparedStatements;
  #fault: TracepostError | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #unanswered = 0;

  constructor(statements: PreparedStatements) {
    this.#statements = statements;
  }

  /** First row, or undefined. */
  async get<R extends SqlRow = SqlRow>(sql: string, ...params: SqlValue[]): Promise<R | undefined> {
    return (await this.#settle(sql, params)).rows[0] as R | undefined;
  }

  /** All rows. */
  async all<R extends SqlRow = SqlRow>(sql: string, ...params: SqlValue[]): Promise<R[]> {
    return (await this.#settle(sql, params)).rows as R[];
  }

  /** Runs a statement; returns how many rows it changed. */
  async run(sql: string, ...params: SqlValue[]): Promise<number> {
    const { command, rowCount } = await this.#settle(sql, params);
    return command === "SELECT" ? 0 : (rowCount ?? 0);
  }

  /** Sends a statement; waits for its answer only where too many wait for theirs. */
  async write(sql: string, ...params: SqlValue[]): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    const work = this.#settle(sql, params);
    if (this.#unanswered >= POSTGRES_LIMITS.unansweredMax) await work;
  }

  /** Waits for what was sent; throws the fault of the first statement that failed, if one did. */
  async check(): Promise<void> {
    await this.#last;
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** The procedure has returned; statements it forgot to await fail. */
  end(): void {
    this.#fault ??= overFault();
  }

  #settle(sql: string, params: readonly SqlValue[]) {
    const work = this.#send(sql, params);
    // A procedure that does not await the call fails in check(), not as an unhandled rejection.
    this.#last = work.catch(() => undefined);
    return work;
  }

  async #send(sql: string, params: readonly SqlValue[]) {
    if (this.#fault !== undefined) throw this.#fault;
    this.#unanswered += 1;
    try {
      return await this.#statements.query(sql, params);
    } catch (caught) {
      this.#fault ??= postgresFault(caught);
      throw this.#fault;
    } finally {
      this.#unanswered -= 1;
    }
  }
}
