import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SignedLogSuccession } from "#proto";
import { encodeMessage, sha256 } from "#wire";
import { beginLog } from "../../../gateway/store/succession.ts";
import { MIGRATIONS } from "../../../gateway/store/tables.ts";
import { checkAll } from "../../support/checked-store.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { SucceededExchange } from "../../support/successions.ts";

const exchange = new SucceededExchange();
const statement = encodeMessage(SignedLogSuccession, exchange.statement());
const manifest = exchange.succeeded().manifests.at(-1)?.manifest ?? Buffer.of();

let tx: MemoryTransaction;

beforeEach(async () => {
  tx = openMemoryTransaction(...MIGRATIONS.map(({ sql }) => sql));
  const nowMs = 1_800_000_000_000;
  const kept = { digest: sha256(manifest), register: manifest, pins: null, nowMs, by: "file" };
  await beginLog(tx, {
    statement: { digest: sha256(statement), statement, succeedsAtMs: nowMs },
    register: { ...kept, version: 2 },
  });
});

afterEach(() => tx[Symbol.dispose]());

/** What a check says of the statement. */
async function said(): Promise<readonly string[]> {
  return (await checkAll(tx)).problems.filter((problem) => problem.includes("succession"));
}

/** The same after a change of its row. */
async function saidAfter(sql: string, ...params: Uint8Array[]): Promise<readonly string[]> {
  expect(await tx.run(sql, ...params)).toBe(1);
  return await said();
}

describe("the statement that a log has begun with (TP-LOG-15)", () => {
  const isAnother = "the statement of succession (entry 0) is not the one that was logged";

  test("is sound as it was kept", async () => {
    expect(await said()).toEqual([]);
  });

  test.each([
    ["with a byte less", statement.subarray(0, -1)],
    ["with a field that nobody knows", Buffer.concat([statement, Buffer.of(0x78, 1)])],
    ["that is none", Buffer.of(0xff)],
  ])("is not one %s", async (_, bytes) => {
    const sql = "UPDATE log_succession SET statement = ?";
    expect(await saidAfter(sql, bytes)).toEqual([isAnother]);
  });

  test("is not one of another digest, nor may it be gone", async () => {
    const sql = "UPDATE log_succession SET digest = ?";
    expect(await saidAfter(sql, sha256(Buffer.of()))).toContain(isAnother);
    expect(await saidAfter("DELETE FROM log_succession")).toEqual([
      "the statement of succession (entry 0) is not kept",
    ]);
  });
});
