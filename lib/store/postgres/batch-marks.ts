/**
 * What became of a batch whose COMMIT was not answered (TP-STORE-7). Each writer has a row with the
 * number of its last batch, written by the batch itself: the row has it, or nothing was kept. The
 * number of the transaction would not do: after a crash the server may give it to another.
 */
import { randomUUID } from "node:crypto";
import { TAKE_TURN_SQL } from "./postgres-schema.ts";

/** Marks of the batches of one writer. */
export class BatchMarks {
  readonly #writer = randomUUID();
  #batch = 0;

  /**
   * Statements that begin the next batch: they take the turn, mark the batch, and say how many
   * steps the schema has taken.
   */
  beginNext(): string {
    this.#batch += 1;
    return `BEGIN; ${TAKE_TURN_SQL};
      INSERT INTO tracepost_writer (writer, batch) VALUES ('${this.#writer}', ${this.#batch})
        ON CONFLICT (writer) DO UPDATE SET batch = excluded.batch, marked_at = excluded.marked_at;
      SELECT count(*)::int AS steps FROM tracepost_migrations`;
  }

  /**
   * Statements that say whether the newest batch was kept. Its transaction had the turn: who gets
   * it comes after its end.
   */
  lookUp(): string {
    return `${TAKE_TURN_SQL};
      SELECT count(*)::int AS kept FROM tracepost_writer
      WHERE writer = '${this.#writer}' AND batch = ${this.#batch}`;
  }
}
