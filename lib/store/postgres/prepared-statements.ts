import type { ClientBase, QueryResult } from "pg";
import { TracepostError } from "#errors";
import { type SqlRow, type SqlValue, STORE_LIMITS } from "#runtime";
import { castOf, STORE_TYPES } from "./postgres-types.ts";
import { type StatementPieces, translateStatement } from "./statement-dialect.ts";

/** Statements only the store itself may run: they would end or leave the caller's transaction. */
const RESERVED =
  /^\s*(begin|start|commit|end|abort|rollback|savepoint|release|prepare|set|reset|lock|vacuum|copy)\b/i;

interface Known {
  readonly text: string;
  /** Set at its second use: what is asked once is not worth a plan that is kept. */
  name: string | undefined;
  uses: number;
}

/** Statements of one connection, translated and prepared. */
export class PreparedStatements {
  readonly #client: ClientBase;
  readonly #translated = new Map<string, StatementPieces>();
  readonly #known = new Map<string, Known>();
  #named = 0;

  constructor(client: ClientBase) {
    this.#client = client;
  }

  /** Sends a statement at once; statements of a connection run in the order they were sent. */
  query(sql: string, params: readonly SqlValue[]): Promise<QueryResult<SqlRow>> {
    const { text, name } = this.#take(this.#fill(sql, params));
    const values = params.filter((param) => param !== null);
    const named = name === undefined ? {} : { name };
    return this.#client.query<SqlRow>({
      ...{ text, values, types: STORE_TYPES, queryMode: "extended" },
      ...named,
    });
  }

  /** The statement with its numbered parameters; null stands in it as it is. */
  #fill(sql: string, params: readonly SqlValue[]): string {
    const pieces = this.#translate(sql);
    if (pieces.length !== params.length + 1) {
      throw new TracepostError("STORE", "a statement has other parameters than it was given", {
        problems: [`${pieces.length - 1} placeholders, ${params.length} values`],
      });
    }
    let number = 0;
    return pieces.reduce((text, piece, index) => {
      const param = params[index - 1] ?? null;
      if (param === null) return `${text}NULL${piece}`;
      number += 1;
      return `${text}$${number}${castOf(param)}${piece}`;
    });
  }

  #translate(sql: string): StatementPieces {
    const known = this.#translated.get(sql);
    if (known !== undefined) return known;
    if (RESERVED.test(sql)) {
      throw new TracepostError("STORE", "a procedure may not control transactions", {
        problems: [`statement: ${sql.trim().slice(0, 80)}`],
      });
    }
    const pieces = translateStatement(sql);
    keep(this.#translated, sql, pieces);
    return pieces;
  }

  #take(text: string): Known {
    const known = this.#known.get(text) ?? { text, name: undefined, uses: 0 };
    known.uses += 1;
    if (known.uses === 1) keep(this.#known, text, known);
    if (known.uses === 2 && this.#named < STORE_LIMITS.statementsMax) {
      this.#named += 1;
      known.name = `s${this.#named}`;
    }
    return known;
  }
}

/** Forgets the oldest beyond a bound: texts that are made for one request are not kept for ever. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size <= STORE_LIMITS.statementsMax * 4) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
