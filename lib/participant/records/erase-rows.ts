import { createHash } from "node:crypto";
import type { SqlRow, SqlValue, Transaction } from "#runtime";
import type { ErasedPart } from "./record-kind.ts";

/** Which rows: a column of a table, and its value. */
export interface RowsOf {
  readonly table: string;
  readonly column: string;
  readonly value: SqlValue;
}

/**
 * Erases rows of several tables, and reckons the digest of what is gone: for each row a line of
 * JSON with its columns by name, bytes as hexadecimal. Names of tables are constants.
 */
export class RowEraser {
  readonly #tx: Transaction;
  readonly #hash = createHash("sha256");
  #bytes = 0;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Erases rows for good. */
  async rows({ column, table, value }: RowsOf): Promise<void> {
    const where = `FROM ${table} WHERE ${column} = ?`;
    for (const row of await this.#tx.all(`SELECT * ${where}`, value)) this.add(table, row);
    await this.#tx.run(`DELETE ${where}`, value);
  }

  /** Counts a row, or what of it is erased, as gone. */
  add(table: string, row: SqlRow): void {
    const columns = Object.entries(row).map(([name, value]) => [name, plain(value)]);
    this.#hash.update(`${JSON.stringify([table, Object.fromEntries(columns)])}\n`);
    for (const value of Object.values(row)) this.#bytes += sizeOf(value);
  }

  /** Counts bytes that are gone and have a digest of their own. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** What is gone by now; called once, at the end. */
  erased(): ErasedPart {
    return { sha256: this.#hash.digest(), bytes: this.#bytes };
  }
}

function plain(value: SqlValue): string | number | null {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return typeof value === "bigint" ? String(value) : value;
}

function sizeOf(value: SqlValue): number {
  if (value instanceof Uint8Array) return value.length;
  return typeof value === "string" ? Buffer.byteLength(value) : 0;
}
