import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PostgresPlace, Transaction } from "#runtime";
import { openStore } from "#store";
import { PostgresConnection } from "../../../lib/store/postgres/postgres-connection.ts";
import { WriteBatches } from "../../../lib/store/postgres/write-batches.ts";
import { type ContractProcedures, store as definition } from "../../contract/store-fixture.ts";
import { FIXTURES } from "../../contract/store-harness.ts";
import { postgresPrograms, startTestPostgres, type TestPostgres } from "../../support/postgres.ts";

const programs = await postgresPrograms();

describe.skipIf(programs === undefined)("batches on a PostgreSQL server", () => {
  let server: TestPostgres;
  beforeAll(async () => {
    if (programs !== undefined) server = await startTestPostgres(programs);
  });
  afterAll(() => server?.stop());

  const opened = (place: PostgresPlace) =>
    openStore<ContractProcedures>({ place, module: FIXTURES.first });

  test("gives a line up that brings no answer, and does the batch again (TP-STORE-7)", async () => {
    const place = server.newPlace();
    await (await opened(place)).close();
    let runs = 0;
    const connect = () => PostgresConnection.open(place, "writing", { answerMs: 1_000 });
    const slowOnce = async (tx: Transaction): Promise<number> => {
      runs += 1;
      await definition.procedures.addOne(tx, 7);
      if (runs === 1) await tx.get("SELECT pg_sleep(20)");
      return await definition.procedures.addOne(tx, 7);
    };
    const batches = new WriteBatches(connect, { ...definition, procedures: { slowOnce } });
    const replies = await batches.runBatch([{ id: 1, name: "slowOnce", args: undefined }]);
    expect([replies, runs]).toEqual([[{ id: 1, ok: true, value: 2 }], 2]);
    await batches.close();
  });

  /** Batches whose first COMMIT is sent or not, and never answered. */
  const losing = (place: PostgresPlace, isSent: boolean): WriteBatches => {
    let commits = 0;
    const connect = async () => {
      const connection = await PostgresConnection.open(place, "writing");
      const control = connection.control.bind(connection);
      connection.control = async (sql) => {
        if (sql !== "COMMIT") return await control(sql);
        commits += 1;
        if (commits > 1) return await control(sql);
        if (isSent) await control(sql);
        await connection.close();
        throw new Error("Connection terminated unexpectedly");
      };
      return connection;
    };
    return new WriteBatches(connect, definition);
  };

  test.each([true, false])(
    "knows what became of a COMMIT without an answer, sent: %s (TP-STORE-7)",
    async (isSent) => {
      const place = server.newPlace();
      await (await opened(place)).close();
      const batches = losing(place, isSent);
      const add = (id: number) => batches.runBatch([{ id, name: "addOne", args: 7 }]);
      expect(await add(1)).toEqual([{ id: 1, ok: true, value: 1 }]);
      expect(await add(2)).toEqual([{ id: 2, ok: true, value: 2 }]);
      await batches.close();
      const marks = `SELECT batch::int FROM ${place.schema}.tracepost_writer`;
      expect(await server.query(marks)).toEqual([{ batch: isSent ? 2 : 3 }]);
      // Marks of who is gone do not stay, and a store of before gets the table.
      await server.query(
        `UPDATE ${place.schema}.tracepost_writer SET marked_at = now() - '2 days'::interval`,
      );
      await (await opened(place)).close();
      expect(await server.query(marks)).toEqual([]);
      await server.query(`DROP TABLE ${place.schema}.tracepost_writer`);
      const store = await opened(place);
      expect(await store.call("addOne", 7)).toBe(3);
      await store.close();
    },
  );
});
