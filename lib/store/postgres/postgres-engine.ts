import { TracepostError } from "#errors";
import type { Procedure, StoreDefinition } from "#runtime";
import { describePlace, POSTGRES_LIMITS, type PostgresPlace } from "#runtime";
import { checkNewest } from "../migration-history.ts";
import { failure, performCall, readingOnly } from "../thread/perform-call.ts";
import type { EngineLink, OpenEngine, StoreEngine } from "../thread/store-engine.ts";
import { type CallMessage, type ReplyMessage, SCRUB_CALL } from "../thread/thread-protocol.ts";
import { PostgresConnection } from "./postgres-connection.ts";
import { postgresFault } from "./postgres-faults.ts";
import { checkSchema, prepareSchema, stepsTaken } from "./postgres-schema.ts";
import { ReadPool } from "./read-pool.ts";
import { scrubSchema } from "./scrub-schema.ts";
import { WriteBatches } from "./write-batches.ts";

/** Opens the store of a schema. */
export const openEngine: OpenEngine = async ({ place, readOnly }, definition, link) => {
  if (place.kind !== "postgres") throw new TracepostError("INTERNAL", "no place of PostgreSQL");
  const connection = await PostgresConnection.open(place, readOnly ? "reading" : "writing");
  try {
    if (readOnly) await checkReadable(connection, place, definition);
    else await prepareSchema(connection, place, definition);
  } catch (caught) {
    throw postgresFault(caught);
  } finally {
    await connection.close();
  }
  return new PostgresEngine(place, readOnly, definition, link);
};

async function checkReadable(
  connection: PostgresConnection,
  place: PostgresPlace,
  { migrations, name }: StoreDefinition,
): Promise<void> {
  await checkSchema(connection, place, [name]);
  const taken = await stepsTaken(connection, place, migrations);
  checkNewest(describePlace(place), taken, migrations);
}

/** One session that writes in batches, a few that only read, and one for each cleaning. */
class PostgresEngine implements StoreEngine {
  readonly #place: PostgresPlace;
  readonly #link: EngineLink;
  readonly #isReadOnly: boolean;
  readonly #readOnly: ReadonlySet<string>;
  readonly #readers: Readonly<Record<string, Procedure>>;
  readonly #reads: ReadPool;
  readonly #writes: WriteBatches;
  readonly #queue: CallMessage[] = [];
  readonly #running = new Set<Promise<void>>();
  #writing: Promise<void> | undefined;

  constructor(
    place: PostgresPlace,
    isReadOnly: boolean,
    definition: StoreDefinition,
    link: EngineLink,
  ) {
    const { procedures, readOnly = [] } = definition;
    this.#place = place;
    this.#link = link;
    this.#isReadOnly = isReadOnly;
    this.#readOnly = new Set(readOnly);
    this.#readers = readingOnly(procedures, this.#readOnly);
    this.#reads = new ReadPool(() => PostgresConnection.open(place, "reading"));
    const { answerMs } = POSTGRES_LIMITS;
    const connect = () => PostgresConnection.open(place, "writing", { answerMs });
    this.#writes = new WriteBatches(connect, definition);
  }

  /** Takes calls: reading ones and cleaning start at once, writing ones in order. */
  take(calls: readonly CallMessage[]): void {
    for (const call of calls) {
      if (call.name === SCRUB_CALL) this.#follow(this.#scrub(call));
      else if (this.#isRead(call)) this.#follow(this.#read(call));
      else this.#queue.push(call);
    }
    if (this.#queue.length > 0) this.#writing ??= this.#write();
  }

  /** Finishes what was taken, then lets go of the sessions. */
  async close(): Promise<void> {
    await this.#writing;
    await Promise.all(this.#running);
    await Promise.all([this.#writes.close(), this.#reads.close()]);
  }

  #isRead({ name }: CallMessage): boolean {
    return this.#isReadOnly || this.#readOnly.has(name);
  }

  #follow(work: Promise<void>): void {
    this.#running.add(work);
    void work.then(() => this.#running.delete(work));
  }

  async #read(call: CallMessage): Promise<void> {
    const reply = await this.#reads
      .read((tx) => performCall(this.#readers, tx, call))
      .then(
        (value): ReplyMessage => ({ id: call.id, ok: true, value }),
        (caught: unknown) => failure(call, postgresFault(caught)),
      );
    this.#link.reply([reply]);
  }

  async #write(): Promise<void> {
    // Calls that come in one turn are written together.
    await Promise.resolve();
    const queue = this.#queue;
    while (queue.length > 0) {
      const writes = queue.splice(0);
      this.#link.reply(await this.#writes.runBatch(writes));
      // What did not fit the batch keeps its place before what came meanwhile.
      queue.unshift(...writes);
    }
    this.#writing = undefined;
  }

  /** It takes as long as the tables are large: on a session of its own, beside the writing. */
  async #scrub(call: CallMessage): Promise<void> {
    let connection: PostgresConnection | undefined;
    let reply: ReplyMessage;
    try {
      connection = await PostgresConnection.open(this.#place, "writing");
      reply = { id: call.id, ok: true, value: await scrubSchema(connection) };
    } catch (caught) {
      reply = failure(call, postgresFault(caught));
    }
    this.#link.reply([reply]);
    await connection?.close();
  }
}
