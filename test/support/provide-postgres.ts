/**
 * Starts a PostgreSQL server for the group "postgres" and tells its test files where it is; where
 * none can be had, the tests run on files, and what is left out is said.
 */
import type { TestProject } from "vitest/node";
import { postgresPrograms, startTestPostgres, type TestPostgres } from "./postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the server of the group "postgres"; "" where none can be had. */
    postgres: string;
  }
}

let server: TestPostgres | undefined;

/** Run before the group. */
export async function setup(project: TestProject): Promise<void> {
  const programs = await postgresPrograms();
  server = programs === undefined ? undefined : await startTestPostgres(programs);
  // To this group alone: what is in the environment, every group that comes later would see.
  project.provide("postgres", server?.url ?? "");
}

/** Run after it. */
export async function teardown(): Promise<void> {
  await server?.stop();
}
