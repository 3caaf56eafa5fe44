import { expect, test } from "vitest";
import { percentileOf } from "#statistics";

test("a percentile is the least value that so many are within (TP-FEED-6, TP-MON-8)", () => {
  const ofHours = (percent: number, ...values: [value: number, times: number][]) =>
    percentileOf(values, percent);
  expect(ofHours(50, [1, 1], [2, 1])).toBe(1);
  expect(ofHours(50, [4, 1], [3, 1], [2, 1], [1, 1])).toBe(2);
  expect(ofHours(90, [0, 9], [7, 1])).toBe(0);
  expect(ofHours(90, [0, 8], [7, 2])).toBe(7);
  expect(ofHours(90, [5, 1])).toBe(5);
  expect(ofHours(50)).toBeUndefined();
});

test("a rank is not one too high where a share is no binary number", () => {
  for (let tens = 1; tens <= 1_000; tens += 1) {
    expect(
      percentileOf(
        [
          [1, 9 * tens],
          [2, tens],
        ],
        90,
      ),
    ).toBe(1);
  }
});
