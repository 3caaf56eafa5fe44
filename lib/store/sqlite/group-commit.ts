import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Procedure, passCrashPoint, STORE_LIMITS } from "#runtime";
import { failure, performCall } from "../thread/perform-call.ts";
import type { CallMessage, ReplyMessage } from "../thread/thread-protocol.ts";
import type { BodyFiles } from "./bodies/body-files.ts";
import { isConstraintFault, sqliteFault } from "./sqlite-faults.ts";
import { SqliteTransaction } from "./sqlite-transaction.ts";
import { StatementCache } from "./statement-cache.ts";

/**
 * Runs writing calls, many to one commit. Each call is atomic by itself: within a batch it stands
 * in a savepoint, so that one that throws takes back its own work and nothing else. Replies are
 * handed out only after COMMIT has returned, which with `synchronous=FULL` is after the fsync.
 * Bodies that lie in files are on disk before it: what a row names is there.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #procedures: Readonly<Record<string, Procedure>>;
  readonly #statements: StatementCache;
  readonly #bodies: BodyFiles | undefined;
  readonly #control: Readonly<Record<ControlName, StatementSync>>;

  constructor(
    db: DatabaseSync,
    procedures: Readonly<Record<string, Procedure>>,
    bodies: BodyFiles | undefined,
  ) {
    this.#db = db;
    this.#procedures = procedures;
    this.#statements = new StatementCache(db);
    this.#bodies = bodies;
    this.#control = {
      begin: db.prepare("BEGIN IMMEDIATE"),
      commit: db.prepare("COMMIT"),
      rollback: db.prepare("ROLLBACK"),
      save: db.prepare("SAVEPOINT call"),
      release: db.prepare("RELEASE call"),
      undo: db.prepare("ROLLBACK TO call"),
    };
  }

  /**
   * Takes calls from the front of the queue, as many as fit one batch, and runs them in one
   * transaction. Never throws: what went wrong is in the replies.
   */
  async runBatch(queue: CallMessage[]): Promise<ReplyMessage[]> {
    const taken: CallMessage[] = [];
    try {
      this.#control.begin.run();
      const replies = await this.#runQueue(queue, taken);
      this.#bodies?.sync();
      passCrashPoint("store.bodies-synced");
      this.#control.commit.run();
      return replies;
    } catch (caught) {
      this.#rollback();
      // BEGIN failed, after the wait for another process: nobody behind it waits again.
      if (taken.length === 0) taken.push(...queue.splice(0, STORE_LIMITS.batchCallsMax));
      // A deferred constraint speaks at COMMIT for the whole batch: find out whose it was.
      if (isConstraintFault(caught) && taken.length > 1) return this.#runApart(taken);
      return taken.map((call) => failure(call, sqliteFault(caught)));
    } finally {
      this.#bodies?.release();
    }
  }

  async #runQueue(queue: CallMessage[], taken: CallMessage[]): Promise<ReplyMessage[]> {
    const replies: ReplyMessage[] = [];
    const startedAt = performance.now();
    const alone = queue.length === 1;
    for (let call = queue.shift(); call !== undefined; call = queue.shift()) {
      taken.push(call);
      replies.push(alone ? await this.#runAlone(call) : await this.#runSaved(call));
      if (taken.length >= STORE_LIMITS.batchCallsMax) break;
      if (performance.now() - startedAt >= STORE_LIMITS.batchMsMax) break;
    }
    return replies;
  }

  /** The only call of its batch needs no savepoint: its transaction is the batch's. */
  async #runAlone(call: CallMessage): Promise<ReplyMessage> {
    const value = await this.#perform(call);
    return { id: call.id, ok: true, value };
  }

  async #runSaved(call: CallMessage): Promise<ReplyMessage> {
    this.#control.save.run();
    try {
      const value = await this.#perform(call);
      this.#control.release.run();
      return { id: call.id, ok: true, value };
    } catch (caught) {
      // On a full or failing disk SQLite ends the whole transaction: nobody's work is left.
      if (!this.#db.isTransaction) throw caught;
      this.#control.undo.run();
      this.#control.release.run();
      return failure(call, sqliteFault(caught));
    }
  }

  /** Runs again, each in a transaction of its own; procedures allow for that. */
  async #runApart(calls: readonly CallMessage[]): Promise<ReplyMessage[]> {
    const replies: ReplyMessage[] = [];
    for (const call of calls) replies.push(...(await this.runBatch([call])));
    return replies;
  }

  #perform(call: CallMessage): Promise<unknown> {
    const tx = new SqliteTransaction(this.#statements, this.#bodies);
    return performCall(this.#procedures, tx, call);
  }

  #rollback(): void {
    try {
      if (this.#db.isTransaction) this.#control.rollback.run();
    } catch {
      // The reason is what the caller gets; the next BEGIN tells whether the store still works.
    }
  }
}

type ControlName = "begin" | "commit" | "rollback" | "save" | "release" | "undo";
