import type { PostgresPlace, Transaction } from "#runtime";
import { checked } from "../thread/perform-call.ts";
import { PostgresConnection } from "./postgres-connection.ts";
import { postgresFault } from "./postgres-faults.ts";
import { checkSchema, checkServer } from "./postgres-schema.ts";
import { readState } from "./read-pool.ts";

/**
 * Runs `work` on one state of any store of Tracepost in PostgreSQL, without its procedures. Throws
 * TracepostError DATA_FOLDER when there is none or it is foreign, STORE when the server says no.
 */
export async function readPostgres<T>(
  place: PostgresPlace,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const connection = await PostgresConnection.open(place, "reading");
  try {
    await checkSchema(connection, place);
    return await readState(connection, (tx) => checked(tx, work));
  } catch (caught) {
    throw postgresFault(caught);
  } finally {
    await connection.close();
  }
}

/** Whether the server answers and can hold a store. Throws TracepostError STORE or DATA_FOLDER. */
export async function probePostgres(place: PostgresPlace): Promise<void> {
  const connection = await PostgresConnection.open(place, "reading");
  try {
    await checkServer(connection, place);
  } finally {
    await connection.close();
  }
}
