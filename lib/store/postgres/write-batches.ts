import { setTimeout as pause } from "node:timers/promises";
import { TracepostError } from "#errors";
import { POSTGRES_LIMITS, STORE_LIMITS, type StoreDefinition } from "#runtime";
import { failure, performCall } from "../thread/perform-call.ts";
import type { CallMessage, ReplyMessage } from "../thread/thread-protocol.ts";
import { BatchMarks } from "./batch-marks.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { isConstraintFault, mayRunAgain, postgresFault } from "./postgres-faults.ts";
import { PostgresTransaction } from "./postgres-transaction.ts";

/** How often a batch is looked for whose COMMIT was not answered. */
const LOOKS_MAX = 50;

/**
 * Runs writing calls, many to one commit, each atomic by itself: within a batch it stands in a
 * savepoint. Batches of all processes follow each other (TP-STORE-5), so a procedure sees what a
 * store with one writer would show it. Replies are handed out after COMMIT has returned.
 */
export class WriteBatches {
  readonly #connect: () => Promise<PostgresConnection>;
  readonly #definition: StoreDefinition;
  readonly #marks = new BatchMarks();
  #connection: PostgresConnection | undefined;

  constructor(connect: () => Promise<PostgresConnection>, definition: StoreDefinition) {
    this.#connect = connect;
    this.#definition = definition;
  }

  /**
   * Takes calls from the front of the queue, as many as fit one batch, and runs them in one
   * transaction; again when it failed for no fault of theirs (TP-STORE-7). Never throws: what went
   * wrong is in the replies.
   */
  async runBatch(queue: CallMessage[]): Promise<ReplyMessage[]> {
    const taken: CallMessage[] = [];
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(attempt === 1 ? queue : [...taken], taken);
      } catch (caught) {
        // Nothing was begun: nobody behind it waits again.
        if (taken.length === 0) taken.push(...queue.splice(0, STORE_LIMITS.batchCallsMax));
        // A deferred constraint speaks at COMMIT for the whole batch: find out whose it was.
        if (isConstraintFault(caught) && taken.length > 1) return await this.#runApart(taken);
        if (!mayRunAgain(caught) || attempt === POSTGRES_LIMITS.attemptsMax) {
          return taken.map((call) => failure(call, postgresFault(caught)));
        }
        await pause(POSTGRES_LIMITS.attemptPauseMs * 2 ** (attempt - 1));
      }
    }
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    await this.#connection?.close();
  }

  async #connected(): Promise<PostgresConnection> {
    if (this.#connection?.isLost !== false) this.#connection = await this.#connect();
    return this.#connection;
  }

  async #attempt(queue: CallMessage[], taken: CallMessage[]): Promise<ReplyMessage[]> {
    const connection = await this.#connected();
    try {
      const { rows } = await connection.control(this.#marks.beginNext());
      this.#checkSteps(rows[0]?.steps);
      const replies = await this.#runQueue(connection, queue, taken);
      return await this.#commit(connection, replies);
    } catch (caught) {
      if (!connection.isLost) connection.send("ROLLBACK");
      throw caught;
    }
  }

  /** Another version of the program may have brought the store further since it was opened. */
  #checkSteps(taken: unknown): void {
    const known = this.#definition.migrations.length;
    if (taken === known) return;
    throw new TracepostError("STORE", "the store has another schema than this program", {
      problems: [`it has version ${taken}, this program writes version ${known}`],
      remedy: "Run the same version of Tracepost at all instances, and start this one again.",
    });
  }

  async #commit(connection: PostgresConnection, replies: ReplyMessage[]): Promise<ReplyMessage[]> {
    try {
      const { command } = await connection.control("COMMIT");
      if (command === "COMMIT") return replies;
    } catch (caught) {
      if (!connection.isLost && !mayRunAgain(caught)) throw caught;
      if (await this.#wasCommitted()) return replies;
      throw caught;
    }
    throw new TracepostError("STORE", "the transaction was taken back at its end");
  }

  /** The line broke between COMMIT and its answer: the store knows what became of the batch. */
  async #wasCommitted(): Promise<boolean> {
    for (let look = 1; look <= LOOKS_MAX; look += 1) {
      const kept = await this.#connected()
        .then((connection) => connection.control(this.#marks.lookUp()))
        .then(
          ({ rows }) => rows[0]?.kept === 1,
          () => undefined,
        );
      if (kept !== undefined) return kept;
      await pause(POSTGRES_LIMITS.attemptPauseMs * 2);
    }
    throw new TracepostError("STORE", "the server does not say what became of a batch", {
      remedy: "Look at the PostgreSQL server; then ask again for what was to be written.",
    });
  }

  async #runQueue(
    connection: PostgresConnection,
    queue: CallMessage[],
    taken: CallMessage[],
  ): Promise<ReplyMessage[]> {
    const replies: ReplyMessage[] = [];
    const startedAt = performance.now();
    const alone = queue.length === 1;
    const again = taken.length > 0;
    for (let call = queue.shift(); call !== undefined; call = queue.shift()) {
      if (!again) taken.push(call);
      replies.push(await (alone ? this.#perform(connection, call) : this.#save(connection, call)));
      if (replies.length >= STORE_LIMITS.batchCallsMax) break;
      if (!again && performance.now() - startedAt >= STORE_LIMITS.batchMsMax) break;
    }
    return replies;
  }

  async #save(connection: PostgresConnection, call: CallMessage): Promise<ReplyMessage> {
    connection.send("SAVEPOINT call");
    try {
      const reply = await this.#perform(connection, call);
      connection.send("RELEASE call");
      return reply;
    } catch (caught) {
      if (connection.isLost || mayRunAgain(caught)) throw caught;
      await connection.control("ROLLBACK TO call; RELEASE call");
      return failure(call, postgresFault(caught));
    }
  }

  async #perform(connection: PostgresConnection, call: CallMessage): Promise<ReplyMessage> {
    const tx = new PostgresTransaction(connection.statements);
    return {
      id: call.id,
      ok: true,
      value: await performCall(this.#definition.procedures, tx, call),
    };
  }

  /** Runs again, each in a transaction of its own; procedures allow for that. */
  async #runApart(calls: readonly CallMessage[]): Promise<ReplyMessage[]> {
    const replies: ReplyMessage[] = [];
    for (const call of calls) replies.push(...(await this.runBatch([call])));
    return replies;
  }
}
