import { afterAll, beforeAll, describe } from "vitest";
import { postgresPrograms, startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { describeMonitorStore } from "./monitor-store.ts";
import { describeWatching } from "./watch-store.ts";

const programs = await postgresPrograms();

describe.skipIf(programs === undefined)("on a PostgreSQL server", () => {
  let server: TestPostgres;
  beforeAll(async () => {
    if (programs !== undefined) server = await startTestPostgres(programs);
  });
  afterAll(() => server?.stop());

  const newPlace = async () => server.newPlace();
  describeMonitorStore("PostgreSQL", newPlace);
  describeWatching("PostgreSQL", newPlace);
});
