import { expect, test } from "vitest";
import { Pump, type PumpTurn } from "#post";
import { POST_LIMITS, type Timers } from "#runtime";

/** Timers that fire when the test says so, and tell what they were asked for. */
class ManualTimers implements Timers {
  readonly asked: { delayMs: number; task: () => void }[] = [];

  after(delayMs: number, task: () => void): () => void {
    const entry = { delayMs, task };
    this.asked.push(entry);
    return () => {
      this.asked.splice(this.asked.indexOf(entry), 1);
    };
  }

  fire(): void {
    this.asked.shift()?.task();
  }
}

/** A pump whose turns are scripted; `turns` resolves each time one has begun. */
function scripted(script: (turn: number) => PumpTurn) {
  const timers = new ManualTimers();
  const faults: string[] = [];
  let turns = 0;
  const waiting: (() => void)[] = [];
  const pump = new Pump({
    name: "test",
    turn: async () => {
      turns += 1;
      for (const resolve of waiting.splice(0)) resolve();
      return script(turns);
    },
    clock: { now: () => 1_000 },
    timers,
    onFault: (name) => faults.push(name),
  });
  const reached = async (count: number): Promise<void> => {
    while (turns < count) await new Promise<void>((resolve) => waiting.push(resolve));
    // The turn's end is some microtasks away from its beginning.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { pump, timers, faults, reached, count: () => turns };
}

test("a pump rests until it is woken (TP-POST-19)", async () => {
  const { pump, timers, reached, count } = scripted(() => ({}));
  pump.start();
  await reached(1);
  expect(timers.asked).toEqual([]);
  pump.wake();
  await reached(2);
  expect(count()).toBe(2);
  await pump.stop();
});

test("a pump turns again at once while there is more", async () => {
  const { pump, reached, count } = scripted((turn) => ({ more: turn < 5 }));
  pump.start();
  await reached(5);
  expect(count()).toBe(5);
  await pump.stop();
});

test("a pump waits for the next due time, and no longer", async () => {
  const { pump, timers, reached } = scripted((turn) => (turn === 1 ? { nextAtMs: 4_000 } : {}));
  pump.start();
  await reached(1);
  expect(timers.asked.map((one) => one.delayMs)).toEqual([3_000]);
  timers.fire();
  await reached(2);
  await pump.stop();
});

test("work that comes during a turn is not overlooked", async () => {
  const { pump, reached, count } = scripted((turn) => {
    if (turn === 1) pump.wake();
    return {};
  });
  pump.start();
  await reached(2);
  expect(count()).toBe(2);
  await pump.stop();
});

test("a pump that fails goes on after waits that double, whoever wakes it", async () => {
  const { pump, timers, faults, reached, count } = scripted((turn) => {
    if (turn <= 3) throw new TypeError("not now");
    return {};
  });
  pump.start();
  const waits: number[] = [];
  for (let turn = 1; turn <= 3; turn += 1) {
    await reached(turn);
    pump.wake();
    expect(count()).toBe(turn);
    waits.push(timers.asked[0]?.delayMs ?? 0);
    timers.fire();
  }
  await reached(4);
  expect(faults).toHaveLength(3);
  expect(waits).toEqual([1, 2, 4].map((factor) => factor * POST_LIMITS.retryFirstMs));
  await pump.stop();
});

test("a pump that is stopped ends its rest and turns no more", async () => {
  const { pump, timers, reached, count } = scripted(() => ({ nextAtMs: 900_000 }));
  pump.start();
  await reached(1);
  await pump.stop();
  expect(timers.asked).toEqual([]);
  pump.wake();
  expect(count()).toBe(1);
});
