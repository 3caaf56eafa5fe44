import fc from "fast-check";
import { expect, test } from "vitest";
import { PairWindow } from "../../../gateway/pair-window.ts";

const pair = { sender: "NE", recipient: "BR", lane: 2 };

test("lets no more than its window into one inbox and lane", () => {
  const window = new PairWindow(2);
  expect([1, 2, 3].map(() => window.reserve(pair))).toEqual([true, true, false]);
  expect(window.reserve({ ...pair, lane: 1 })).toBe(true);
  expect(window.reserve({ ...pair, sender: "AT" })).toBe(true);
});

test("lets nobody pass those who wait already", () => {
  const window = new PairWindow(1);
  window.reserve(pair);
  window.wait(pair);
  window.release(pair);
  expect(window.reserve(pair)).toBe(false);
  expect(window.roomForWaiting()).toEqual([{ pair, room: 1 }]);
  window.advance(pair, 1, 1);
  expect(window.roomForWaiting()).toEqual([]);
});

test("takes over what the store says at start", () => {
  const window = new PairWindow(3);
  window.load({ dispatched: [{ ...pair, count: 2 }], waiting: [{ ...pair, count: 5 }] });
  expect(window.roomForWaiting()).toMatchObject([{ room: 1 }]);
});

test("forgets a queue whose messages have expired in the table", () => {
  const window = new PairWindow(3);
  window.load({ dispatched: [], waiting: [{ ...pair, count: 5 }] });
  window.advance(pair, 3, 0);
  expect(window.roomForWaiting()).toEqual([]);
  expect(window.reserve(pair)).toBe(true);
});

test("never exceeds its window, whatever happens in whatever order", () => {
  const action = fc.constantFrom("send", "receipt", "courier");
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(action, { maxLength: 200 }),
      (max, acts) => {
        const window = new PairWindow(max);
        let inbox = 0;
        let table = 0;
        for (const act of acts) {
          if (act === "send") {
            if (window.reserve(pair)) inbox += 1;
            else {
              window.wait(pair);
              table += 1;
            }
          } else if (act === "receipt" && inbox > 0) {
            window.release(pair);
            inbox -= 1;
          } else if (act === "courier") {
            for (const { room } of window.roomForWaiting()) {
              const taken = Math.min(room, table);
              window.advance(pair, room, taken);
              inbox += taken;
              table -= taken;
            }
          }
          expect(inbox).toBeLessThanOrEqual(max);
        }
      },
    ),
  );
});
