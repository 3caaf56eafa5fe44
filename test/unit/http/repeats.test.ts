import { beforeEach, describe, expect, test } from "vitest";
import { doOnce, REPEAT_MIGRATION_SQL, type RepeatKey } from "#repeats";
import { HTTP_LIMITS } from "#runtime";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";

let tx: MemoryTransaction;
let nowMs: number;
/** What was made so far. */
let made: number;

beforeEach(() => {
  tx = openMemoryTransaction(REPEAT_MIGRATION_SQL);
  nowMs = Date.UTC(2026, 0, 15);
  made = 0;
});

const keyOf = (key: string, changes: Partial<RepeatKey> = {}): RepeatKey => ({
  userId: "amina",
  key,
  digest: Buffer.alloc(32, 1),
  ...changes,
});

type Result = { type: "made"; number: number } | { type: "refused" };

async function make(): Promise<Result> {
  made += 1;
  return { type: "made", number: made };
}

const once = (repeat: RepeatKey | undefined, act: () => Promise<Result> = make) =>
  doOnce(tx, { repeat, made: "made", nowMs }, act);

describe("what is made under an idempotency key (TP-API-18)", () => {
  test("is made once, and told again", async () => {
    const first = await once(keyOf("one"));
    expect(first).toEqual({ type: "made", number: 1, repeated: false });
    expect(await once(keyOf("one"))).toEqual({ type: "made", number: 1, repeated: true });
    expect(made).toBe(1);
  });

  test("is made each time without a key", async () => {
    await once(undefined);
    expect(await once(undefined)).toMatchObject({ number: 2, repeated: false });
  });

  test("is not what another request under that key is about", async () => {
    await once(keyOf("one"));
    const other = keyOf("one", { digest: Buffer.alloc(32, 2) });
    expect(await once(other)).toEqual({ type: "mismatch" });
    expect(made).toBe(1);
  });

  test("is each user's own", async () => {
    await once(keyOf("one"));
    expect(await once(keyOf("one", { userId: "oumar" }))).toMatchObject({ number: 2 });
  });

  test("may be tried again when nothing was made", async () => {
    const refuse = async (): Promise<Result> => ({ type: "refused" });
    expect(await once(keyOf("one"), refuse)).toEqual({ type: "refused", repeated: false });
    expect(await once(keyOf("one"))).toMatchObject({ type: "made", repeated: false });
  });

  test("is remembered for a bounded time and for a bounded number of keys", async () => {
    await once(keyOf("old"));
    nowMs += HTTP_LIMITS.repeatKeptMs;
    await once(keyOf("new"));
    expect(await once(keyOf("old"))).toMatchObject({ number: 3, repeated: false });
    for (let number = 0; number < HTTP_LIMITS.repeatsPerUserMax + 10; number += 1) {
      nowMs += 1;
      await once(keyOf(`flood-${number}`));
    }
    const row = await tx.get<{ count: number }>("SELECT count(*) AS count FROM http_repeat");
    expect(row?.count).toBeLessThanOrEqual(HTTP_LIMITS.repeatsPerUserMax + 1);
  });
});
