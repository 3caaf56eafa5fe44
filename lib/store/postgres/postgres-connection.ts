import pg from "pg";
import type { PostgresPlace } from "#runtime";
import { POSTGRES_LIMITS, readSecret } from "#runtime";
import { postgresFault } from "./postgres-faults.ts";
import { PreparedStatements } from "./prepared-statements.ts";

/**
 * Settings of each session. A commit is durable when it returns; a session that stands still inside
 * a transaction, or whose client is gone, is ended by the server, so that it keeps the lock from
 * nobody for longer than two seconds (TP-STORE-6).
 */
const SETTINGS = {
  client_encoding: "UTF8",
  timezone: "UTC",
  synchronous_commit: "on",
  default_transaction_isolation: "read\\ committed",
  lock_timeout: POSTGRES_LIMITS.lockWaitMs,
  client_connection_check_interval: POSTGRES_LIMITS.clientCheckMs,
  tcp_keepalives_idle: 1,
  tcp_keepalives_interval: 1,
  tcp_keepalives_count: 2,
  tcp_user_timeout: POSTGRES_LIMITS.idleInTransactionMs,
  jit: "off",
  // What a database or a user may have set otherwise.
  bytea_output: "hex",
  standard_conforming_strings: "on",
  statement_timeout: 0,
};

/** How a session is opened. */
interface SessionOptions {
  /** Longest wait for an answer, after which the line is given up; default: as long as it takes. */
  readonly answerMs?: number;
}

/** What pg wants to know to connect. */
function clientConfig(
  place: PostgresPlace,
  use: "reading" | "writing",
  { answerMs }: SessionOptions,
): pg.ClientConfig {
  const { schema, url } = place;
  const { idleInTransactionMs, readerStillMs } = POSTGRES_LIMITS;
  const settings = Object.entries({
    ...SETTINGS,
    search_path: schema,
    idle_in_transaction_session_timeout: use === "writing" ? idleInTransactionMs : readerStillMs,
  });
  return {
    connectionString: url,
    options: settings.map(([name, value]) => `-c ${name}=${value}`).join(" "),
    application_name: "tracepost",
    connectionTimeoutMillis: POSTGRES_LIMITS.connectMs,
    // A server whose machine died is noticed while nothing is sent.
    keepAlive: true,
    keepAliveInitialDelayMillis: POSTGRES_LIMITS.keepAliveMs,
    ...(answerMs === undefined ? {} : { query_timeout: answerMs }),
    // Statements are sent without waiting for the answers to those before them.
    pipeline: true,
  } as pg.ClientConfig;
}

/**
 * A client that reads the password when it is asked for one. Given with the rest, it would be lost:
 * to pg, what a url does not say is said by it, as empty.
 */
function newClient(
  place: PostgresPlace,
  use: "reading" | "writing",
  options: SessionOptions,
): pg.Client {
  const client = new pg.Client(clientConfig(place, use, options));
  const { passwordFile } = place;
  if (passwordFile === undefined) return client;
  const password = async (): Promise<string> => (await readSecret(passwordFile)).trimEnd();
  return Object.assign(client, { password });
}

/** One session with the server. */
export class PostgresConnection {
  readonly statements: PreparedStatements;
  readonly #client: pg.Client;
  #isLost = false;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.statements = new PreparedStatements(client);
    client.on("error", () => {
      this.#isLost = true;
    });
    client.on("end", () => {
      this.#isLost = true;
    });
  }

  /** Connects. Throws TracepostError STORE. */
  static async open(
    place: PostgresPlace,
    use: "reading" | "writing",
    options: SessionOptions = {},
  ): Promise<PostgresConnection> {
    const client = newClient(place, use, options);
    const connection = new PostgresConnection(client);
    try {
      await client.connect();
      return connection;
    } catch (caught) {
      void client.end().catch(() => undefined);
      throw postgresFault(caught);
    }
  }

  /** Whether the line is gone. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Runs statements of the store itself, separated by semicolons; the result of the last one. */
  async control(sql: string): Promise<pg.QueryResult> {
    const result: pg.QueryResult | pg.QueryResult[] = await this.#client.query(sql);
    return Array.isArray(result) ? (result.at(-1) as pg.QueryResult) : result;
  }

  /** The same without waiting; what it fails with shows at the next statement. */
  send(sql: string): void {
    this.control(sql).catch(() => undefined);
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}
