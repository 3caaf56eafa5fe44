import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Rounds } from "#runtime";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("does its work each time, never twice at once, and stops after the round under way", async () => {
  const ends: (() => void)[] = [];
  const rounds = new Rounds(1_000, () => new Promise<void>((resolve) => ends.push(resolve)));
  rounds.start();
  expect(ends).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(3_000);
  rounds.now();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ends).toHaveLength(2);
  let isStopped = false;
  const stopping = rounds.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(isStopped).toBe(false);
  ends[1]?.();
  await stopping;
  expect(ends).toHaveLength(2);
});
