/** A PostgreSQL server for the tests of one file, and schemas on it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { TracepostError } from "#errors";
import type { PostgresPlace } from "#runtime";
import { readLocalEnvironment } from "../../deploy/local/environment.ts";
import {
  findPostgres,
  type PostgresPrograms,
} from "../../deploy/local/postgres-server/find-postgres.ts";
import { startPostgres } from "../../deploy/local/postgres-server/start-postgres.ts";
import { isContinuousIntegration } from "./age-tool.ts";

/** Server of the tests of one file. */
export interface TestPostgres {
  readonly url: string;
  /** Process of the server, for tests that end it. */
  readonly pid: number;
  /** A schema that nobody has used yet. */
  newPlace(): PostgresPlace;
  /** Runs SQL as the owner of everything. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** Programs, or undefined where tests are to be skipped; where CI is set, that is a fault. */
export async function postgresPrograms(): Promise<PostgresPrograms | undefined> {
  const { cacheDir, postgres, searchPath } = readLocalEnvironment();
  const programs = await findPostgres({ wanted: postgres, cacheDir, searchPath });
  if (programs !== undefined) return programs;
  const why = "no PostgreSQL 15 or later on this machine; `npm test` fetches one where it can";
  if (isContinuousIntegration()) throw new TracepostError("MISSING_DEPENDENCY", why);
  process.stderr.write(`Tests on PostgreSQL are left out: ${why}\n`);
  return undefined;
}

/** Starts a server in a folder that is removed with it. */
export async function startTestPostgres(programs: PostgresPrograms): Promise<TestPostgres> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-postgres-"));
  const server = await startPostgres(programs, { dir, settings: { max_connections: "60" } });
  const { url } = server;
  let schemas = 0;
  return {
    url,
    pid: server.process.pid ?? 0,
    newPlace: () => {
      schemas += 1;
      return { kind: "postgres", url, schema: `s${process.pid}_${schemas}` };
    },
    query: async (sql) => {
      const client = new pg.Client(url);
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    stop: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
