import { describe, expect, test } from "vitest";
import { percentileOf } from "#statistics";
import {
  addEncoded,
  addHours,
  addToEncoded,
  type Histogram,
} from "../../../services/regional-monitor/ingest/histogram.ts";
import { randomFrom } from "../../support/seeded-random.ts";

/** Hours that are counted exactly (TP-MON-8). */

const of = (...values: number[]): Histogram => {
  const histogram: Histogram = new Map();
  for (const value of values) addHours(histogram, value);
  return histogram;
};

describe("a histogram of hours", () => {
  test("gives what sorting every value gives, also when two were added up", () => {
    const random = randomFrom(4711);
    const values = Array.from({ length: 500 }, () => Math.floor(random() * 2_000));
    const sum = of(...values.slice(0, 123));
    const kept = addToEncoded(new Uint8Array(), of(...values.slice(123, 300)));
    const more = addToEncoded(kept, of(...values.slice(300)));
    addEncoded(sum, more);
    expect(addToEncoded(more, of())).toEqual(more);
    const sorted = values.toSorted((one, other) => one - other);
    for (const percent of [50, 90]) {
      expect(percentileOf(sum, percent)).toBe(sorted[Math.ceil((500 * percent) / 100) - 1]);
    }
  });
});
