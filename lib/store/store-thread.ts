import type { DatabaseSync } from "node:sqlite";
import { TracepostError } from "#errors";
import { type Procedure, STORE_LIMITS, type StoreDefinition } from "#runtime";
import { failure, GroupCommit } from "./group-commit.ts";
import { ReadRunner } from "./read-runner.ts";
import { openForReading, openForWriting } from "./sqlite-file.ts";
import { checkVersion } from "./sqlite-schema.ts";
import {
  type CallMessage,
  type ReplyMessage,
  SCRUB_CALL,
  type StoreThreadData,
} from "./thread-protocol.ts";

/**
 * The side of an SQLite store that runs in its own thread: two connections, one that writes in
 * batches and one that only reads.
 */
export class StoreThread {
  readonly #reader: DatabaseSync;
  readonly #writer: DatabaseSync | undefined;
  readonly #reads: ReadRunner;
  readonly #writes: GroupCommit | undefined;
  readonly #readOnly: ReadonlySet<string>;

  /** Opens the file. Throws TracepostError DATA_FOLDER or STORE. */
  constructor(data: StoreThreadData, definition: StoreDefinition) {
    const { file } = data;
    const { name, migrations, procedures } = definition;
    const readOnly = new Set(definition.readOnly ?? []);
    this.#readOnly = readOnly;
    this.#writer = data.readOnly ? undefined : openForWriting(file, definition);
    this.#reader = openForReading(file, [name]);
    if (data.readOnly && checkVersion(this.#reader, file, migrations) < migrations.length) {
      this.#reader.close();
      throw new TracepostError("DATA_FOLDER", `the store ${file} is older than this program`, {
        remedy: "Start the service once, so that it brings the store to the newest version.",
      });
    }
    this.#reads = new ReadRunner(this.#reader, readingOnly(procedures, readOnly));
    this.#writes = this.#writer && new GroupCommit(this.#writer, procedures);
  }

  /**
   * Answers every call of the queue. Reads go first: they see what was committed when they were
   * made, and wait for no commit. `more` is asked for calls that came meanwhile.
   */
  async serve(
    queue: CallMessage[],
    more: () => void,
    reply: (replies: ReplyMessage[]) => void,
  ): Promise<void> {
    for (more(); queue.length > 0; more()) {
      const reads = queue.filter((call) => this.#isRead(call));
      const writes = queue.filter((call) => !this.#isRead(call) && call.name !== SCRUB_CALL);
      const scrubs = queue.filter(({ name }) => name === SCRUB_CALL);
      queue.length = 0;
      if (reads.length > 0) reply(await this.#runReads(reads));
      if (writes.length > 0 && this.#writes !== undefined) {
        reply(await this.#writes.runBatch(writes));
      }
      if (scrubs.length > 0) reply(scrubs.map((call) => this.#scrub(call)));
      // What did not fit the batch keeps its place before what came later.
      queue.unshift(...writes);
    }
  }

  /** Brings the write-ahead log into the file and closes it. */
  close(): void {
    this.#reader.close();
    if (this.#writer === undefined) return;
    this.#writer.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    this.#writer.close();
  }

  /**
   * `secure_delete` has overwritten in pages what was deleted; the write-ahead log still has them
   * as they were. Does not wait for who reads the file from outside.
   */
  #scrub(call: CallMessage): ReplyMessage {
    try {
      this.#writer?.exec("PRAGMA busy_timeout = 0");
      const done = this.#writer?.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
      return { id: call.id, ok: true, value: done?.busy === 0 };
    } catch (caught) {
      return failure(call, caught);
    } finally {
      this.#writer?.exec(`PRAGMA busy_timeout = ${STORE_LIMITS.busyTimeoutMs}`);
    }
  }

  #isRead(call: CallMessage): boolean {
    if (call.name === SCRUB_CALL) return false;
    return this.#writes === undefined || this.#readOnly.has(call.name);
  }

  async #runReads(calls: readonly CallMessage[]): Promise<ReplyMessage[]> {
    const replies: ReplyMessage[] = [];
    for (const call of calls) replies.push(await this.#reads.run(call));
    return replies;
  }
}

/** The same procedures, those that write replaced by one that says why it does not. */
function readingOnly(
  procedures: Readonly<Record<string, Procedure>>,
  readOnly: ReadonlySet<string>,
): Record<string, Procedure> {
  const refuse: Procedure = () =>
    Promise.reject(new TracepostError("STORE", "the store is open for reading only"));
  const entries = Object.entries(procedures).map(
    ([name, procedure]) => [name, readOnly.has(name) ? procedure : refuse] as const,
  );
  return Object.fromEntries(entries);
}
