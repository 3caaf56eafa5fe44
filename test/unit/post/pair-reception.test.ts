import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { POST_LIMITS } from "#runtime";
import { noteNumber, reconcileHoles } from "../../../lib/post/pair-reception.ts";
import { POST_MIGRATION_SQL } from "../../../lib/post/schema.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";

const PAIR = { sender: "NE", lane: 2 };

async function holesOf(tx: MemoryTransaction): Promise<[number, number][]> {
  const rows = await tx.all<{ first: number; last: number }>(
    "SELECT first, last FROM post_pair_missing WHERE sender = 'NE' AND lane = 2 ORDER BY first",
  );
  return rows.map(({ first, last }) => [first, last]);
}

const numbersIn = (holes: readonly [number, number][]): number[] =>
  holes.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );

describe("the numbers of a pair", () => {
  test("are missing exactly where none has come, in whatever order they come", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 }),
        async (come) => {
          using tx = openMemoryTransaction(POST_MIGRATION_SQL);
          for (const number of come) await noteNumber(tx, PAIR, number, 1_000);
          const highest = Math.max(0, ...come);
          const expected = Array.from({ length: highest }, (_, index) => index + 1).filter(
            (number) => !come.includes(number),
          );
          expect(numbersIn(await holesOf(tx))).toEqual(expected);
        },
      ),
    );
  });

  test("keep the time since when they are missing, also when a hole is split", async () => {
    using tx = openMemoryTransaction(POST_MIGRATION_SQL);
    await noteNumber(tx, PAIR, 10, 1_000);
    await noteNumber(tx, PAIR, 5, 9_000);
    const rows = await tx.all("SELECT first, last, since FROM post_pair_missing ORDER BY first");
    expect(rows).toEqual([
      { first: 1, last: 4, since: 1_000 },
      { first: 6, last: 9, since: 1_000 },
    ]);
  });

  test("take a bounded number of rows however a sender jumps about", async () => {
    using tx = openMemoryTransaction(POST_MIGRATION_SQL);
    let merged = 0;
    for (let step = 1; step <= POST_LIMITS.gapIntervalsMax + 50; step += 1) {
      if ((await noteNumber(tx, PAIR, step * 1_000, 0)) === "merged") merged += 1;
    }
    expect(merged).toBe(50);
    const holes = await holesOf(tx);
    expect(holes).toHaveLength(POST_LIMITS.gapIntervalsMax);
    expect(holes.at(-1)?.[1]).toBe((POST_LIMITS.gapIntervalsMax + 50) * 1_000 - 1);
  });

  test("that merging made seem missing are found again among the stored messages", async () => {
    using tx = openMemoryTransaction(POST_MIGRATION_SQL);
    await noteNumber(tx, PAIR, 4, 0);
    for (const sequence of [1, 3]) {
      await tx.run(
        `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
           conversation_id, pair_sequence, state, envelope, received_at)
         VALUES ('NE', ?, x'00', 1, 2, 1, '', ?, 'delivered', x'00', 0)`,
        `m${sequence}`,
        sequence,
      );
    }
    await reconcileHoles(tx, PAIR);
    expect(await holesOf(tx)).toEqual([[2, 2]]);
  });
});
