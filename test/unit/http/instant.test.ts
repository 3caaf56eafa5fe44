import { describe, expect, test } from "vitest";
import { Instant, instantMsOf } from "#http";
import { compileSchema } from "#runtime";

const check = compileSchema(Instant);
const MIDNIGHT_MS = Date.UTC(2017, 0, 1);

describe("a time in a request (TP-API-60)", () => {
  test.each([
    ["2026-01-31T10:00:00Z", Date.UTC(2026, 0, 31, 10)],
    ["2026-01-31t10:00:00.5z", Date.UTC(2026, 0, 31, 10) + 500],
    ["2026-01-31T10:00:00+01:00", Date.UTC(2026, 0, 31, 9)],
    ["2016-12-31T23:59:60Z", MIDNIGHT_MS],
    ["2016-12-31T23:59:60.250Z", MIDNIGHT_MS + 250],
    ["2017-01-01T00:59:60+01:00", MIDNIGHT_MS],
  ])("%s is read, a leap second as the second after it", (text, ms) => {
    expect(check.check(text).ok).toBe(true);
    expect(instantMsOf(text)).toBe(ms);
  });

  test.each([
    "2026-02-30T10:00:00Z",
    "2026-01-31T25:00:00Z",
    "2026-01-31 10:00:00Z",
    "2026-01-31",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:00",
    "9999-12-31T23:59:59-23:00",
  ])("%s is none, or is outside what a message can carry", (text) => {
    expect(check.check(text).ok).toBe(false);
  });
});
