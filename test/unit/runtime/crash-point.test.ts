import { describe, expect, it } from "vitest";
import { CRASH_POINTS, parseCrashPlan } from "#runtime";

describe("a crash plan", () => {
  it("names a point, a passing, and whom to end", () => {
    const [point] = CRASH_POINTS;
    expect(parseCrashPlan(point)).toEqual({ point, passing: 1 });
    expect(parseCrashPlan(`${point}:3`)).toEqual({ point, passing: 3 });
    expect(parseCrashPlan(`${point}:3:4711`)).toEqual({ point, passing: 3, pid: 4711 });
  });

  it.each([
    "",
    "gateway.nowhere",
    "gateway.recorded:0",
    "gateway.recorded:x",
    "gateway.recorded:1:-1",
  ])("is not read from %j", (text) => {
    expect(parseCrashPlan(text)).toBeUndefined();
  });

  it("has at least twelve points to choose from, none twice", () => {
    expect(CRASH_POINTS.length).toBeGreaterThanOrEqual(12);
    expect(new Set(CRASH_POINTS).size).toBe(CRASH_POINTS.length);
  });
});
