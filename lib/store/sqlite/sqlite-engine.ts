import type { DatabaseSync } from "node:sqlite";
import { TracepostError } from "#errors";
import { STORE_LIMITS, type StoreDefinition } from "#runtime";
import { checkNewest } from "../migration-history.ts";
import { failure, readingOnly } from "../thread/perform-call.ts";
import type { EngineLink, OpenEngine, StoreEngine } from "../thread/store-engine.ts";
import { type CallMessage, type ReplyMessage, SCRUB_CALL } from "../thread/thread-protocol.ts";
import { BodyFiles } from "./bodies/body-files.ts";
import { eraseBodies } from "./bodies/erase-bodies.ts";
import { GroupCommit } from "./group-commit.ts";
import { ReadRunner } from "./read-runner.ts";
import { sqliteFault } from "./sqlite-faults.ts";
import { openForReading, openForWriting } from "./sqlite-file.ts";
import { checkVersion } from "./sqlite-schema.ts";

/** Opens the file of a store. */
export const openEngine: OpenEngine = async ({ place, readOnly }, definition, link) => {
  if (place.kind !== "sqlite") throw new TracepostError("INTERNAL", "no place of SQLite");
  try {
    return new SqliteEngine(place.file, readOnly, definition, link);
  } catch (caught) {
    throw sqliteFault(caught);
  }
};

/** Two connections to one file: one that writes in batches and one that only reads. */
class SqliteEngine implements StoreEngine {
  readonly #reader: DatabaseSync;
  readonly #writer: DatabaseSync | undefined;
  readonly #reads: ReadRunner;
  readonly #writes: GroupCommit | undefined = undefined;
  readonly #readOnly: ReadonlySet<string>;
  readonly #link: EngineLink;
  readonly #file: string;
  readonly #queue: CallMessage[] = [];
  #serving: Promise<void> | undefined;

  constructor(file: string, readOnly: boolean, definition: StoreDefinition, link: EngineLink) {
    const { name, procedures } = definition;
    this.#file = file;
    this.#link = link;
    this.#readOnly = new Set(definition.readOnly ?? []);
    this.#writer = readOnly ? undefined : openForWriting(file, definition);
    this.#reader = openForReading(file, [name]);
    if (readOnly) this.#checkNewest(file, definition);
    const bodiesOf = (db: DatabaseSync) => definition.bodies && new BodyFiles(db, file);
    const reading = readingOnly(procedures, this.#readOnly);
    this.#reads = new ReadRunner(this.#reader, reading, bodiesOf(this.#reader));
    if (this.#writer === undefined) return;
    this.#writes = new GroupCommit(this.#writer, procedures, bodiesOf(this.#writer));
  }

  #checkNewest(file: string, { migrations }: StoreDefinition): void {
    try {
      checkNewest(file, checkVersion(this.#reader, file, migrations), migrations);
    } catch (caught) {
      this.#reader.close();
      throw caught;
    }
  }

  /** Takes calls, in the order they were made. */
  take(calls: readonly CallMessage[]): void {
    // Not push(...calls): a call stack holds no more than some ten thousand arguments.
    for (const call of calls) this.#queue.push(call);
    this.#serving ??= this.#serve();
  }

  /** Brings the write-ahead log into the file and closes it. */
  async close(): Promise<void> {
    await this.#serving;
    try {
      this.#reader.close();
      if (this.#writer === undefined) return;
      this.#writer.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      this.#writer.close();
    } catch (caught) {
      throw sqliteFault(caught);
    }
  }

  /**
   * Answers every call of the queue. Reads go first: they see what was committed when they were
   * made, and wait for no commit.
   */
  async #serve(): Promise<void> {
    // Calls that come in one turn are served together.
    await Promise.resolve();
    const queue = this.#queue;
    for (this.#link.drain(); queue.length > 0; this.#link.drain()) {
      const reads = queue.filter((call) => this.#isRead(call));
      const writes = queue.filter((call) => !this.#isRead(call) && call.name !== SCRUB_CALL);
      const scrubs = queue.filter(({ name }) => name === SCRUB_CALL);
      queue.length = 0;
      if (reads.length > 0) this.#link.reply(await this.#runReads(reads));
      if (writes.length > 0 && this.#writes !== undefined) {
        this.#link.reply(await this.#writes.runBatch(writes));
      }
      if (scrubs.length > 0) this.#link.reply(scrubs.map((call) => this.#scrub(call)));
      // What did not fit the batch keeps its place before what came later.
      queue.unshift(...writes);
    }
    this.#serving = undefined;
  }

  /**
   * `secure_delete` has overwritten in pages what was deleted; the write-ahead log still has them
   * as they were, and body files what was dropped. Does not wait for who reads the file from
   * outside: once the log is empty nobody reads a state that names a dropped body.
   */
  #scrub(call: CallMessage): ReplyMessage {
    try {
      this.#writer?.exec("PRAGMA busy_timeout = 0");
      const isClean = this.#emptyLog();
      if (isClean && this.#writer !== undefined) eraseBodies(this.#writer, this.#file);
      return { id: call.id, ok: true, value: isClean };
    } catch (caught) {
      return failure(call, sqliteFault(caught));
    } finally {
      this.#writer?.exec(`PRAGMA busy_timeout = ${STORE_LIMITS.busyTimeoutMs}`);
    }
  }

  #emptyLog(): boolean {
    const done = this.#writer?.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    return done?.busy === 0;
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
