import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Procedure } from "#runtime";
import { failure, performCall } from "../thread/perform-call.ts";
import type { CallMessage, ReplyMessage } from "../thread/thread-protocol.ts";
import type { BodyFiles } from "./bodies/body-files.ts";
import { sqliteFault } from "./sqlite-faults.ts";
import { SqliteTransaction } from "./sqlite-transaction.ts";
import { StatementCache } from "./statement-cache.ts";

/**
 * Runs reading calls on a connection that cannot write. Each sees one state of the store: all that
 * was committed when it began, and nothing that a batch has not committed yet.
 */
export class ReadRunner {
  readonly #procedures: Readonly<Record<string, Procedure>>;
  readonly #statements: StatementCache;
  readonly #bodies: BodyFiles | undefined;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;

  constructor(
    db: DatabaseSync,
    procedures: Readonly<Record<string, Procedure>>,
    bodies: BodyFiles | undefined,
  ) {
    this.#procedures = procedures;
    this.#statements = new StatementCache(db);
    this.#bodies = bodies;
    this.#begin = db.prepare("BEGIN");
    this.#end = db.prepare("COMMIT");
  }

  /** Runs one call. Never throws: what went wrong is in the reply. */
  async run(call: CallMessage): Promise<ReplyMessage> {
    try {
      this.#begin.run();
      try {
        const tx = new SqliteTransaction(this.#statements, this.#bodies);
        const value = await performCall(this.#procedures, tx, call);
        return { id: call.id, ok: true, value };
      } finally {
        this.#end.run();
      }
    } catch (caught) {
      return failure(call, sqliteFault(caught));
    }
  }
}
