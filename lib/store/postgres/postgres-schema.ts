import { TracepostError } from "#errors";
import {
  describePlace,
  type Migration,
  POSTGRES_LIMITS,
  type PostgresPlace,
  passCrashPoint,
  type StoreDefinition,
} from "#runtime";
import {
  checkKind,
  checkNumbering,
  compareSteps,
  failedStep,
  missingStore,
  refuseStore,
} from "../migration-history.ts";
import { DIALECT_FUNCTIONS_SQL } from "./dialect-functions.ts";
import { translateMigration } from "./migration-dialect.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { postgresFault } from "./postgres-faults.ts";

/**
 * The turn to write (TP-STORE-5): held by one batch, or the steps of the schema, until its
 * transaction ends. Those who wait get it in the order they came; readers never wait.
 */
export const TAKE_TURN_SQL = "LOCK TABLE tracepost_store IN EXCLUSIVE MODE";

/** "TRPT": only one process at a time makes schemas. */
const CREATION_LOCK = 0x54_52_50_54;

/** Each writer's last batch, by which it learns what became of it (TP-STORE-7). */
const WRITERS_SQL = `
  CREATE TABLE IF NOT EXISTS tracepost_writer (
    writer TEXT COLLATE "C" PRIMARY KEY,
    batch BIGINT NOT NULL,
    marked_at TIMESTAMPTZ NOT NULL DEFAULT now()
  );
`;
/** Rows of processes that are gone; who looks for its batch does it within minutes. */
const FORGET_WRITERS_SQL =
  "DELETE FROM tracepost_writer WHERE marked_at < now() - interval '1 day'";

/** `sqlite_sequence` has the name and the columns it has in SQLite, for who reads it. */
const BOOKKEEPING_SQL = `
  CREATE TABLE tracepost_store (name TEXT NOT NULL);
  CREATE TABLE tracepost_migrations (
    version BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL
      DEFAULT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  );
  CREATE TABLE sqlite_sequence (name TEXT COLLATE "C" PRIMARY KEY, seq BIGINT NOT NULL);
  ${WRITERS_SQL}
  ${DIALECT_FUNCTIONS_SQL}
`;

/**
 * Makes the schema if it is not there, and brings it to the newest version, all steps that are
 * missing in one transaction (TP-BACK-7). Throws TracepostError DATA_FOLDER for what is foreign or
 * newer than this program, STORE when the server says no; then none is taken.
 */
export async function prepareSchema(
  connection: PostgresConnection,
  place: PostgresPlace,
  { migrations, name }: StoreDefinition,
): Promise<void> {
  checkNumbering(name, migrations);
  await checkServer(connection, place);
  await createSchema(connection, place, name);
  await checkSchema(connection, place, [name]);
  await prepareWriters(connection);
  if ((await stepsTaken(connection, place, migrations)) === migrations.length) return;
  await inTransaction(connection, async () => {
    await connection.control(TAKE_TURN_SQL);
    // Another process may have been first: what it has taken is looked up in its own turn.
    const taken = await stepsTaken(connection, place, migrations);
    for (const step of migrations.slice(taken)) await takeStep(connection, step);
  });
  passCrashPoint("store.schema-committed");
}

/**
 * Refuses a place without a store of one of these kinds; of any when `names` is absent. Throws
 * TracepostError DATA_FOLDER.
 */
export async function checkSchema(
  connection: PostgresConnection,
  place: PostgresPlace,
  names?: readonly string[],
): Promise<void> {
  const found = await contentOf(connection, place);
  if (found === "nothing") throw missingStore(describePlace(place));
  checkKind(describePlace(place), await kindOf(connection), names);
}

/** How many steps of the program the store has taken. Throws TracepostError DATA_FOLDER. */
export async function stepsTaken(
  connection: PostgresConnection,
  place: PostgresPlace,
  migrations: readonly Migration[],
): Promise<number> {
  const sql = "SELECT version::int, name FROM tracepost_migrations ORDER BY version";
  const { rows } = await connection.control(sql);
  return compareSteps(describePlace(place), rows, migrations);
}

/** Throws TracepostError DATA_FOLDER for a server that cannot hold a store (TP-STORE-3). */
export async function checkServer(
  connection: PostgresConnection,
  place: PostgresPlace,
): Promise<void> {
  const { rows } = await connection.control(`
    SELECT current_setting('server_version_num')::int / 10000 AS major,
      current_setting('fsync') AS fsync, current_setting('server_encoding') AS encoding`);
  const { encoding, fsync, major } = rows[0];
  const problems = [
    ...(major < POSTGRES_LIMITS.majorVersionMin
      ? [`version ${major}, wanted is ${POSTGRES_LIMITS.majorVersionMin} or later`]
      : []),
    ...(fsync === "on" ? [] : ["fsync is off: what it says yes to may be lost"]),
    ...(encoding === "UTF8" ? [] : [`the encoding of the database is ${encoding}, not UTF8`]),
  ];
  if (problems.length === 0) return;
  const message = `the server of ${describePlace(place)} cannot hold a store`;
  throw new TracepostError("DATA_FOLDER", message, {
    problems,
    remedy: "Change the server or the database as said, or name another one.",
  });
}

async function createSchema(
  connection: PostgresConnection,
  place: PostgresPlace,
  name: string,
): Promise<void> {
  await inTransaction(connection, async () => {
    await connection.control(`SELECT pg_advisory_xact_lock(${CREATION_LOCK})`);
    if ((await contentOf(connection, place)) === "store") return;
    await connection.control(`CREATE SCHEMA IF NOT EXISTS "${place.schema}"`);
    await connection.control(BOOKKEEPING_SQL);
    await connection.control(`INSERT INTO tracepost_store (name) VALUES (${literal(name)})`);
  });
}

/** Stores that were made before this table was thought of get it. */
async function prepareWriters(connection: PostgresConnection): Promise<void> {
  const { rows } = await connection.control("SELECT to_regclass('tracepost_writer') AS there");
  if (rows[0]?.there !== null) {
    await connection.control(FORGET_WRITERS_SQL);
    return;
  }
  await inTransaction(connection, async () => {
    await connection.control(TAKE_TURN_SQL);
    await connection.control(WRITERS_SQL);
  });
}

/** Throws TracepostError DATA_FOLDER for a schema with anything in it that is no store. */
export async function contentOf(
  connection: PostgresConnection,
  place: PostgresPlace,
): Promise<"nothing" | "store"> {
  const { rows } = await connection.control(`
    SELECT count(*)::int AS relations,
      count(*) FILTER (WHERE relname = 'tracepost_store')::int AS stores
    FROM pg_class WHERE relnamespace =
      (SELECT oid FROM pg_namespace WHERE nspname = ${literal(place.schema)})`);
  const { relations, stores } = rows[0];
  if (relations === 0) return "nothing";
  if (stores === 1) return "store";
  throw refuseStore(
    describePlace(place),
    "is not a store of Tracepost",
    "it has tables of another program",
  );
}

async function kindOf(connection: PostgresConnection): Promise<string> {
  const { rows } = await connection.control("SELECT name FROM tracepost_store");
  return String(rows[0]?.name ?? "");
}

async function takeStep(connection: PostgresConnection, step: Migration): Promise<void> {
  try {
    for (const statement of translateMigration(step.sql)) await connection.control(statement);
    await connection.control(
      `INSERT INTO tracepost_migrations (version, name)
       VALUES (${step.version}, ${literal(step.name)})`,
    );
    passCrashPoint("store.step-taken");
  } catch (caught) {
    throw failedStep(step, postgresFault(caught));
  }
}

async function inTransaction(
  connection: PostgresConnection,
  work: () => Promise<void>,
): Promise<void> {
  await connection.control("BEGIN");
  try {
    await work();
    await connection.control("COMMIT");
  } catch (caught) {
    if (!connection.isLost) await connection.control("ROLLBACK");
    throw caught;
  }
}

/** A text as it stands in a statement. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
