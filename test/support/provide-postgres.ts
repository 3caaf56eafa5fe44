/**
 * Starts a PostgreSQL server for the group "postgres" and tells its test files where it is; where
 * none can be had, the tests run on files, and what is left out is said.
 */
import { postgresPrograms, startTestPostgres, type TestPostgres } from "./postgres.ts";

let server: TestPostgres | undefined;

/** Run before the group. */
export async function setup(): Promise<void> {
  const programs = await postgresPrograms();
  if (programs === undefined) return;
  server = await startTestPostgres(programs);
  process.env.TRACEPOST_TEST_POSTGRES = server.url;
}

/** Run after it. */
export async function teardown(): Promise<void> {
  delete process.env.TRACEPOST_TEST_POSTGRES;
  await server?.stop();
}
