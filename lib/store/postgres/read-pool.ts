import { POSTGRES_LIMITS, Semaphore } from "#runtime";
import type { CheckedTransaction } from "../thread/perform-call.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { mayRunAgain, postgresFault } from "./postgres-faults.ts";
import { PostgresTransaction } from "./postgres-transaction.ts";

const BEGIN_SQL = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/**
 * Sessions that only read. Each reading sees one state of the store: all that was committed when it
 * began. It waits for a free session, never for a commit.
 */
export class ReadPool {
  readonly #connect: () => Promise<PostgresConnection>;
  readonly #idle: PostgresConnection[] = [];
  readonly #reading = new Semaphore(POSTGRES_LIMITS.readersMax);
  #closeIdle: NodeJS.Timeout | undefined;

  constructor(connect: () => Promise<PostgresConnection>) {
    this.#connect = connect;
  }

  /** Runs `work` on one state of the store; again when the line broke. Throws what it throws. */
  async read<T>(work: (tx: CheckedTransaction) => Promise<T>): Promise<T> {
    return await this.#reading.run(() => this.#tryTwice(work));
  }

  /** Says goodbye to the sessions; nothing must be being read. */
  async close(): Promise<void> {
    clearTimeout(this.#closeIdle);
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  /** A session that was idle may have been ended meanwhile, and shows it only now. */
  async #tryTwice<T>(work: (tx: CheckedTransaction) => Promise<T>): Promise<T> {
    try {
      return await this.#readOnce(work);
    } catch (caught) {
      if (!mayRunAgain(caught)) throw postgresFault(caught);
      return await this.#readOnce(work).catch((again: unknown) => {
        throw postgresFault(again);
      });
    }
  }

  async #readOnce<T>(work: (tx: CheckedTransaction) => Promise<T>): Promise<T> {
    const connection = await this.#take();
    try {
      return await readState(connection, work);
    } finally {
      if (connection.isLost) void connection.close();
      else this.#giveBack(connection);
    }
  }

  async #take(): Promise<PostgresConnection> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.isLost) return idle;
    }
    return await this.#connect();
  }

  #giveBack(connection: PostgresConnection): void {
    this.#idle.push(connection);
    clearTimeout(this.#closeIdle);
    this.#closeIdle = setTimeout(() => void this.close(), POSTGRES_LIMITS.readerIdleMs);
    this.#closeIdle.unref();
  }
}

/** Runs `work` on one state of the store. */
export async function readState<T>(
  connection: PostgresConnection,
  work: (tx: CheckedTransaction) => Promise<T>,
): Promise<T> {
  connection.send(BEGIN_SQL);
  try {
    return await work(new PostgresTransaction(connection.statements));
  } finally {
    connection.send("COMMIT");
  }
}
