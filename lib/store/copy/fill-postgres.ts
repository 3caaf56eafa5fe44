import { TracepostError } from "#errors";
import {
  describePlace,
  type PostgresPlace,
  passCrashPoint,
  type StoreDefinition,
  type Transaction,
} from "#runtime";
import { PostgresConnection } from "../postgres/postgres-connection.ts";
import { postgresFault } from "../postgres/postgres-faults.ts";
import { contentOf, literal, prepareSchema } from "../postgres/postgres-schema.ts";
import { PostgresTransaction } from "../postgres/postgres-transaction.ts";
import { checked } from "../thread/perform-call.ts";
import type { StoreTable } from "./store-tables.ts";

/** Names of schemas have at most 63 bytes. */
const NAME_MAX = 63;

/** Fills a new schema in one transaction; it has its name when all of it has lasted. */
export async function fillPostgres<T>(
  place: PostgresPlace,
  store: StoreDefinition,
  tables: readonly StoreTable[],
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const schema = `${place.schema.slice(0, NAME_MAX - ENDING.length)}${ENDING}`;
  // Sessions that read may stand still for longer than those that have the turn to write.
  const unfinished = { ...place, schema };
  const connection = await PostgresConnection.open(unfinished, "reading");
  let isOurs = false;
  try {
    await refuseTaken(connection, place);
    // What an earlier copy left may go, what is somebody else's may not.
    await contentOf(connection, unfinished);
    isOurs = true;
    await connection.control(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
    await prepareSchema(connection, unfinished, store);
    const result = await fill(connection, tables, work);
    passCrashPoint("copy.committed");
    await connection.control(`ALTER SCHEMA "${schema}" RENAME TO "${place.schema}"`);
    return result;
  } catch (caught) {
    if (isOurs && !connection.isLost) {
      await connection.control(`ROLLBACK; DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
    }
    throw postgresFault(caught);
  } finally {
    await connection.close();
  }
}

const ENDING = "_unfinished";

async function refuseTaken(connection: PostgresConnection, place: PostgresPlace): Promise<void> {
  const { rows } = await connection.control(
    `SELECT 1 FROM pg_namespace WHERE nspname = ${literal(place.schema)}`,
  );
  if (rows.length === 0) return;
  throw new TracepostError("DATA_FOLDER", `${describePlace(place)} is there already`, {
    remedy: "Name a schema that is not there.",
  });
}

/** Rows come as they were: nothing is counted again, and who refers to whom is looked at last. */
async function fill<T>(
  connection: PostgresConnection,
  tables: readonly StoreTable[],
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  await connection.control("BEGIN");
  for (const { name } of tables) {
    await connection.control(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  }
  await eachReference(connection, "DEFERRABLE INITIALLY DEFERRED");
  for (const { name } of tables) await connection.control(`DELETE FROM ${name}`);
  const result = await checked(new PostgresTransaction(connection.statements), work);
  await connection.control("SET CONSTRAINTS ALL IMMEDIATE");
  await eachReference(connection, "NOT DEFERRABLE");
  for (const { name } of tables) {
    await connection.control(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
  }
  await connection.control("COMMIT");
  return result;
}

async function eachReference(connection: PostgresConnection, how: string): Promise<void> {
  const { rows } = await connection.control(`
    SELECT conrelid::regclass::text AS place, quote_ident(conname) AS name FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`);
  for (const { name, place } of rows) {
    await connection.control(`ALTER TABLE ${place} ALTER CONSTRAINT ${name} ${how}`);
  }
}
