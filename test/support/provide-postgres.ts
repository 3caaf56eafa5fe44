/**
 * Starts a PostgreSQL server for the group "postgres" and tells its test files where it is; where
 * none can be had, they say that they are skipped.
 */
import { postgresPrograms, startTestPostgres } from "./postgres.ts";

/** Run before the group; what it returns is run after it. */
export default async function providePostgres(): Promise<(() => Promise<void>) | undefined> {
  const programs = await postgresPrograms();
  if (programs === undefined) return undefined;
  const server = await startTestPostgres(programs);
  process.env.TRACEPOST_TEST_POSTGRES = server.url;
  return async () => {
    delete process.env.TRACEPOST_TEST_POSTGRES;
    await server.stop();
  };
}
