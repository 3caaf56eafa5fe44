import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EndedDelivery, PairBook, pairsWithRoom } from "../../../gateway/store/pair-book.ts";
import { DELIVERY, MIGRATIONS } from "../../../gateway/store/tables.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";

const pair = { sender: "NE", recipient: "BR", lane: 2 };
const { dispatched, waiting } = DELIVERY;

let tx: MemoryTransaction;

beforeEach(() => {
  tx = openMemoryTransaction(...MIGRATIONS.map(({ sql }) => sql));
});

afterEach(() => tx[Symbol.dispose]());

/** Places so many deliveries of the pair, in a transaction of their own. */
async function place(count: number, max: number): Promise<number[]> {
  const book = new PairBook(tx, max);
  const states: number[] = [];
  for (let at = 0; at < count; at += 1) states.push(await book.place(pair));
  await book.store();
  return states;
}

const room = (max: number, ...paused: string[]) => pairsWithRoom(tx, { max, paused, limit: 10 });

test("lets no more than its window into one inbox and lane (TP-GW-7)", async () => {
  expect(await place(3, 2)).toEqual([dispatched, dispatched, waiting]);
  const book = new PairBook(tx, 2);
  expect(await book.place({ ...pair, lane: 1 })).toBe(dispatched);
  expect(await book.place({ ...pair, sender: "AT" })).toBe(dispatched);
});

test("lets nobody pass those who wait already, whichever transaction asks (TP-INST-4)", async () => {
  await place(2, 1);
  const book = new PairBook(tx, 1);
  await book.end({ ...pair, id: 1, state: dispatched });
  expect(book.hasRoom).toBe(true);
  expect(await book.place(pair)).toBe(waiting);
  await book.store();
  expect(await room(1)).toEqual([{ pair, room: 1 }]);
  expect(await room(1, "BR")).toEqual([]);
  const next = new PairBook(tx, 1);
  await next.advance(pair, 1);
  await next.store();
  expect(await room(1)).toEqual([]);
});

test("gives a place back once, however often a receipt names the message", async () => {
  await place(2, 1);
  const book = new PairBook(tx, 1);
  const ended: EndedDelivery = { ...pair, id: 1, state: dispatched };
  await book.end(ended);
  await book.end(ended);
  await book.end({ ...ended, id: 2, state: DELIVERY.delivered });
  await book.store();
  expect(await room(1)).toEqual([{ pair, room: 1 }]);
});

test("counts what a store of an earlier version has under way", async () => {
  const [before, last] = [MIGRATIONS.slice(0, 22), MIGRATIONS[22]];
  using older = openMemoryTransaction(...before.map(({ sql }) => sql));
  const sql =
    "INSERT INTO deliveries VALUES (?, 'NE', 'BR', 2, ?, 1, 0, 9, NULL, NULL, NULL, NULL, NULL)";
  for (const [id, state] of [dispatched, dispatched, waiting, DELIVERY.delivered].entries()) {
    await older.run(sql, id, state);
  }
  older.exec(last?.sql ?? "");
  expect(await older.all("SELECT * FROM pair_load")).toEqual([
    { ...pair, dispatched: 2, waiting: 1 },
  ]);
});

test("never exceeds its window, whatever happens in whatever order", async () => {
  const action = fc.constantFrom("send", "receipt", "courier");
  const acts = fc.array(action, { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), acts, async (max, all) => {
      tx.exec("DELETE FROM pair_load");
      let inbox = 0;
      let table = 0;
      for (const act of all) {
        const book = new PairBook(tx, max);
        if (act === "send") {
          if ((await book.place(pair)) === dispatched) inbox += 1;
          else table += 1;
        } else if (act === "receipt" && inbox > 0) {
          await book.end({ ...pair, id: 1, state: dispatched });
          inbox -= 1;
        } else if (act === "courier") {
          for (const free of await room(max)) {
            await book.advance(pair, free.room);
            inbox += free.room;
            table -= free.room;
          }
        }
        await book.store();
        expect(inbox).toBeLessThanOrEqual(max);
        expect(table).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 40 },
  );
});
